"""What a model or a server could say to do something to the terminal of the person who reads it."""

from __future__ import annotations

ESCAPES = (
    "\x1b]0;PWNED\x07",
    "\x1b]2;PWNED\x1b\\",
    "\x1b]52;c;UFdORUQ=\x07",
    "\x1b]52;p;UFdORUQ=\x1b\\",
    "\x1b]8;;file:///etc/passwd\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]8;id=1;https://evil.example\x07link\x1b]8;;\x07",
    "\x1b]4;1;rgb:00/00/00\x07",
    "\x1b]10;#000000\x07",
    "\x1b]11;?\x07",
    "\x1b]9;PWNED\x07",
    "\x1b]777;notify;PWNED;PWNED\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]133;A\x07",
    "\x1bP$qm\x1b\\",
    "\x1bPq#0;2;0;0;0#0~~@@vv@@~~$-\x1b\\",
    "\x1b_Ga=T,f=24;AAAA\x1b\\",
    "\x1b^PWNED\x1b\\",
    "\x1bXPWNED\x1b\\",
    "\x1bc",
    "\x1b#8",
    "\x1b[2J\x1b[H",
    "\x1b[?1049l",
    "\x1b[?25l\x1b[?7l",
    "\x1b[6n",
    "\x1b[c\x1b[>c",
    "\x1b[21t",
    "\x1b[8;10;10t",
    "\x1b[5i",
    "\x1b[?1000l",
    "\x1b[31;5mred",
    "\x1b[1000;1000H",
    "\x1b(0lqqk\x1b(B",
    "\x1b=\x1b>",
    "\x9b31m",
    "\x9d0;PWNED\x9c",
    "\x90q\x9c",
    "\x84\x85\x8d\x9e",
    "\x07\x07\x07",
    "safe\rPWNED",
    "abc\x08\x08\x08xyz",
    "\x0e\x0f\x0b\x0c",
    "\x00\x01\x02\x05\x11\x13\x16\x1a\x1c",
    "\x7f\x7f",
    "\u202egnp.exe\u202c",
    "a\u2066b\u2069",
    "line\u2028separator\u2029",
    "\U000e0041\U000e0042",
    "gpt\u200b-4 pay\u00adpal \u2060\ufeff",
    "\u3164\uffa0\u115f\u1160",
    "😀\U000e0101\U000e0102\U000e01ef",
    "a\u200eb\u200fc\u2064",
    "split \x1b",
    "[bold red]markup[/] [@click=app.quit]quit[/] [link=file:///x]y[/link]",
)
LINKS = (
    "[a](javascript:alert(1))",
    "[b](file:///etc/passwd)",
    "[c](data:text/html,x)",
    "[d](https://good.example/\x1b]0;PWNED\x07)",
    "[e](<https://good.example/a b>)",
    "[f](https://good.example/ü?q=\x9c1)",
    "<https://good.example/auto>",
    "<mailto:someone@good.example>",
    "[g](vscode://x) [h](ssh://x) [i](HTTPS://GOOD.EXAMPLE/up)",
    '[j](https://good.example "title\x1b[31m")',
    "![k](https://good.example/\x1b\\pic.png)",
    "[l]: https://good.example/\x07ref\n\n[l]",
)


def markdown() -> str:
    """An answer that says all of it, each in two kinds of block."""
    pieces: list[str] = []
    for number, bad in enumerate(ESCAPES):
        kinds = (
            f"Paragraph {number} {bad} **strong {bad}** `code {bad}` ~~{bad}~~ end",
            f"## Heading {bad}",
            f"- item {bad}\n- [ ] task {bad}\n  1. nested {bad}",
            f"> quote {bad}",
            f"```python {bad}\nx = '{bad}'\n```",
            f"| head {bad} | b |\n|---|---|\n| cell {bad} | [link]({bad}) |",
            f"<b>{bad}</b> [text {bad}](https://good.example/{number}) $x {bad}$",
        )
        pieces += [kinds[number % 7], kinds[(number + 3) % 7]]
    return "\n\n".join([*pieces, *LINKS, "The end of it."])
