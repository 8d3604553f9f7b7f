"""The command line's own words in Chinese: typer has them in English only, around what our commands say."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import Any, cast

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup

from flows.cli.failure import ExitCode, explain

_UsageError = cast("type[Any]", typer.BadParameter.__mro__[1])
"""Of typer or of click: newer typers have their own."""
_Command = cast("type[Any]", TyperCommand.__mro__[1])
"""The same of the class that commands and groups share."""

_TITLES = {
    "ARGUMENTS_PANEL_TITLE": "参数",
    "OPTIONS_PANEL_TITLE": "选项",
    "COMMANDS_PANEL_TITLE": "命令",
    "ERRORS_PANEL_TITLE": "错误",
    "DEFAULT_STRING": "[默认：{}]",
    "REQUIRED_LONG_STRING": "[必填]",
    "ABORTED_TEXT": "已中止。",
}
for _name, _text in _TITLES.items():
    setattr(rich_utils, _name, _text)

_SAID = (
    (r"Missing argument '(.+?)'\.", r"缺少参数 \1。"),
    (r"Missing option '(.+?)'\.", r"缺少选项 \1。"),
    (r"Missing command\.", "缺少命令。"),
    (r"No such option: (\S+)", r"没有选项 \1。"),
    (r"\(Possible options: (.+)\)", r"是否想写 \1？"),
    (r"No such command '(.+?)'\.", r"没有命令 \1。"),
    (r"Did you mean (.+)\?", r"是否想写 \1？"),
    (r"Got unexpected extra arguments? ?(?:\(s\) )?\((.+)\)", r"多余的参数：\1"),
    (r"Option '(.+?)' requires an argument\.", r"选项 \1 需要一个值。"),
    (r"Option '(.+?)' does not take a value\.", r"选项 \1 不带值。"),
    (r"Invalid value for (.+?): ", r"\1 的值有误："),
    (r"Invalid value: ", ""),
    (r"(?:Value )?'(.*?)' is not a valid (?:integer|int)(?: range)?\.", r"“\1”不是整数。"),
    (r"(?:Value )?'(.*?)' is not a valid (?:float|number)(?: range)?\.", r"“\1”不是数。"),
    (r"(?:Value )?(-?[\d.]+) is not in the range (.+?)\.?$", r"\1 超出范围 \2。"),
    (r"Input should be a valid integer.*", "应为整数。"),
    (r"Input should be a valid number.*", "应为数。"),
    (r"Input should be greater than or equal to (\S+)", r"应不小于 \1。"),
    (r"Input should be less than or equal to (\S+)", r"应不大于 \1。"),
)
_TYPES = {"str": "文字", "int": "整数", "float": "数", "Path": "路径", "file": "路径", "path": "路径"}
_USAGE = (("Usage: ", "用法："), ("[OPTIONS]", "[选项]"), ("COMMAND [ARGS]", "命令 [参数]"))


def in_chinese(message: str) -> str:
    """What typer says of wrong usage."""
    for pattern, chinese in _SAID:
        message = re.sub(pattern, chinese, message)
    return message.replace("'", "")


def _usage_in_chinese(usage: str) -> str:
    for english, chinese in _USAGE:
        usage = usage.replace(english, chinese)
    return usage


def _types_in_chinese(parameters: list[Any]) -> list[Any]:
    """What kind of value each takes, in the help."""
    for parameter in parameters:
        show = getattr(type(parameter), "display_type_rich", None)
        if show:
            parameter.display_type_rich = lambda ctx, show=show, of=parameter: _type_in_chinese(show(of, ctx))
    return parameters


def _type_in_chinese(name: str | None) -> str | None:
    if name is None or name == "<bool>":
        return None
    return _TYPES.get(re.sub(r"[<>]|list\[|\]| range", "", name), name)


def _help_in_chinese(option: Any) -> Any:  # noqa: ANN401 (an option of typer's or of click's)
    if option is not None:
        option.help = "显示帮助后退出。"
    return option


class _Chinese(_Command):  # type: ignore[misc, valid-type] # typer's or click's: known only at run time
    """What commands and groups of commands say of themselves."""

    def get_usage(self, ctx: Any) -> str:  # noqa: ANN401
        """The line that tells how it is called."""
        return _usage_in_chinese(super().get_usage(ctx))

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401
        """Arguments and options."""
        return _types_in_chinese(super().get_params(ctx))

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ANN401
        """`--help`."""
        return _help_in_chinese(super().get_help_option(ctx))


class ChineseCommand(_Chinese, TyperCommand):
    """A command whose help is all Chinese."""


class ChineseGroup(_Chinese, TyperGroup):
    """Commands that end in one clear line where the surroundings fail, and in a traceback only where we do."""

    def main(self, args: Sequence[str] | None = None, prog_name: str | None = None, *more: Any, **named: Any) -> Any:  # noqa: ANN401
        """Run the command that the arguments name, and exit."""
        standalone_mode = named.pop("standalone_mode", True)
        try:
            code = super().main(args, prog_name, standalone_mode=False, **named)
            sys.stdout.flush()
        except _UsageError as error:
            if type(error).__name__ != "NoArgsIsHelpError":  # that has shown the help already
                usage = f"{error.ctx.get_usage()}\n" if error.ctx else ""
                typer.echo(f"{usage}错误：{in_chinese(error.format_message())}", err=True)
            code = ExitCode.USAGE
        except BrokenPipeError:  # who reads our output has enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = ExitCode.ERROR
        except typer.Abort:
            typer.echo("已中止。", err=True)
            code = ExitCode.ERROR
        except Exception as error:
            told = explain(error)
            if told is None:
                raise
            text, code = told
            typer.echo(text, err=True)
        if not standalone_mode:
            return code
        return sys.exit(code if isinstance(code, int) else ExitCode.DONE)
