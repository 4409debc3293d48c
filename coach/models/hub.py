"""`python -m coach.models.hub REPOSITORY FILE REVISION FOLDER`: one file of a model hub into a folder. Out: an exit code.

A process of its own, so that it can be ended. Sends no token.
"""

import sys


def main(words: list[str]) -> int:
    """Fetches the file. 1 if the hub gives none."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url

    repository, file, revision, folder = words
    try:
        get_hf_file_metadata(hf_hub_url(repository, file, revision=revision), token=False, timeout=5)  # says no at once; what follows tries for long
        hf_hub_download(repository, file, revision=revision, local_dir=folder, token=False, etag_timeout=5)
    except Exception:  # noqa: BLE001 - whatever it is, the next source is asked; its words may hold addresses
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
