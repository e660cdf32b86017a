"""What a YAML file holds, for the commands that take one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.cli.starting import refuse


def read_yaml(file: Path) -> Any:
    """The file's values; ends with exit code 2 and one sentence where it cannot be read."""
    import yaml

    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is no text in UTF-8'}")
    except yaml.YAMLError as error:
        refuse(f"{file} is no YAML: {' '.join(str(error).split())}")
