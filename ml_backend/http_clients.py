"""The two HTTP clients, set up alike: the SDK's httpx client and our own `requests` session.

Both take their proxy from HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, and the certificates that they trust from
REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE, SSL_CERT_FILE or SSL_CERT_DIR, whichever is set first. Left alone, httpx ignores the
first two of these, `requests` ignores the other two, and they read NO_PROXY by different rules.
"""

import os
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies, select_proxy
from urllib3 import Retry

from clime_core.errors import ExchangeError

if TYPE_CHECKING:  # `clime health` needs no httpx
    import httpx

TIMEOUT_SECONDS = 60.0
"""How long a request may wait for the connection, and for each part of the answer."""

CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")


def httpx_client(url: str, timeout: float = TIMEOUT_SECONDS) -> "httpx.Client":
    """A client for the server at `url`. It follows redirects, within that server.

    Raises ExchangeError where a variable names certificates that are not there, or a proxy that cannot be used.
    """
    import httpx

    context = _ssl_context()
    addresses = {f"{scheme}://": f"{scheme}://{urlsplit(url).netloc}" for scheme in ("http", "https")}
    try:
        transports: dict[str, httpx.BaseTransport | None] = {
            pattern: httpx.HTTPTransport(verify=context, proxy=proxy_of(address))
            for pattern, address in addresses.items()
        }
    except (ValueError, ImportError) as error:
        raise ExchangeError(f"the proxy for {url} cannot be used: {error}; correct HTTPS_PROXY or HTTP_PROXY") from None
    return httpx.Client(timeout=timeout, follow_redirects=True, mounts=transports, verify=context, trust_env=False)


def requests_session(timeout: float = TIMEOUT_SECONDS, retries: Retry | None = None) -> requests.Session:
    """A session whose requests wait `timeout` seconds unless they say otherwise, and are not repeated unless asked.

    Raises ExchangeError where a variable names certificates that are not there.
    """
    session = requests.Session()
    trusted = certificates()
    session.verify = True if trusted is None else str(trusted)
    for scheme in ("http://", "https://"):
        session.mount(scheme, _TimeoutAdapter(timeout, retries))
    return session


def proxy_of(url: str) -> str | None:
    """The proxy that the environment names for this address; None where it is asked directly."""
    proxy = select_proxy(url, get_environ_proxies(url))
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def certificates() -> Path | None:
    """The file or folder of trusted certificates that the environment names; None for the usual ones.

    Raises ExchangeError where it is not there.
    """
    variable = next((name for name in CERTIFICATE_VARIABLES if os.environ.get(name)), None)
    if variable is None:
        return None
    path = Path(os.environ[variable])
    if not path.exists():
        raise ExchangeError(f"{variable}: no file or folder {path}; name the certificates to trust, or unset it")
    return path


def _ssl_context() -> ssl.SSLContext:
    path = certificates()
    if path is None:
        return ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    if path.is_dir():
        return ssl.create_default_context(capath=str(path))
    try:
        return ssl.create_default_context(cafile=str(path))
    except ssl.SSLError as error:
        raise ExchangeError(f"{path}: holds no certificates ({error}); name a file in PEM format") from None


class _TimeoutAdapter(HTTPAdapter):
    """Gives a time-out to every request that has none."""

    def __init__(self, timeout: float, retries: Retry | None) -> None:
        self._timeout = timeout
        super().__init__(max_retries=retries or 0)

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """Send the request within the time-out."""
        if options.get("timeout") is None:
            options["timeout"] = self._timeout
        return super().send(request, *args, **options)
