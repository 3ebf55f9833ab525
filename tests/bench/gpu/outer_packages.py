"""`python outer_packages.py ENV`: let the environment ENV see the packages of the Python that runs this.

`venv --system-site-packages` would not do: made from another environment, it sees the packages below that one.
"""

import site
import sys
from pathlib import Path


def main(env: Path) -> None:
    """Write a file that adds the folders, with the `.pth` files in them, when ENV's Python starts."""
    folders = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    (inner,) = env.glob("lib/python*/site-packages")
    lines = [f"import site; site.addsitedir({folder!r})" for folder in folders if Path(folder).is_dir()]
    (inner / "outer.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
