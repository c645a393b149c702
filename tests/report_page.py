"""report_page.py PAGE RESULT: a tearsheet is whole HTML, needs nothing from outside, and every
figure on it is the one in result.json, rounded here by decimal arithmetic."""
import json
import sys
from decimal import ROUND_HALF_EVEN, Decimal
from html.parser import HTMLParser

VOID = {"meta", "line", "path", "br"}
ALLOWED = VOID | {"html", "head", "title", "style", "body", "main", "header", "section", "div",
                  "span", "i", "h1", "h2", "p", "strong", "code", "small", "table", "thead",
                  "tbody", "tr", "th", "td", "dl", "dt", "dd", "svg"}
LOADS = {"src", "href", "xlink:href", "srcset", "action", "data", "poster"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.cells, self.words, self.problems = [], [], [], []
        self.style = ""

    def handle_starttag(self, tag, attributes):
        if tag not in ALLOWED:
            self.problems.append(f"unexpected element {tag}")
        for name, value in attributes:
            if name in LOADS or name.startswith("on") or "url(" in (value or ""):
                self.problems.append(f"{tag} has {name}={value}")
        if tag not in VOID:
            self.open.append(tag)
            classes = dict(attributes).get("class", "")
            self.cells.append([tag, classes, ""])
            self.words.append(len(self.cells) - 1)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else, line {self.getpos()[0]}")
        elif self.words:
            self.words.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        for cell in self.words:
            self.cells[cell][2] += data


def cents(text, plus):
    value = Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    sign = "-" if value < 0 else "+" if plus and value > 0 else ""
    return f"{sign}${abs(value):,.2f}"


def percent(value, plus):
    shown = round(value * 100, 2)
    return f"{'+' if plus and shown > 0 else ''}{shown:.2f} %"


def main():
    page = Page()
    text = open(sys.argv[1], encoding="utf-8", errors="strict").read()
    page.feed(text)
    page.close()
    assert not page.open, f"never closed: {page.open}"
    assert not page.problems, page.problems
    assert "url(" not in page.style and "@import" not in page.style, "the style loads something"
    assert "http" not in text, "an address of another place"
    result = json.load(open(sys.argv[2], encoding="utf-8"), parse_float=float)
    assert result["config"].replace("\x01", "\ufffd") in [cell[2] for cell in page.cells], "config"
    metrics, shown = result["metrics"], {}
    for i, (tag, classes, words) in enumerate(page.cells):
        if tag == "dt":
            shown[words] = page.cells[i + 1][2]
        elif classes == "name":
            shown[words] = page.cells[i + 1][2]

    def same(name, want):
        assert shown[name] == want, f"{name}: the page says {shown[name]}, result.json {want}"

    def money(name, value, plus):
        if value is not None:
            same(name, cents(value, plus))
        else:
            assert shown[name].startswith("n/a"), f"{name} is {shown[name]}, should be n/a"

    def number(name, value, form):
        if value is not None:
            same(name, form(value))
        else:
            assert shown[name].startswith("n/a"), f"{name} is {shown[name]}, should be n/a"

    plain = "{:.2f}".format
    money("Equity at the end", result["final_equity"], False)
    number("Total return", metrics["total_return"], lambda value: percent(value, True))
    number("Return per year", metrics["cagr"], lambda value: percent(value, True))
    number("Deepest drawdown", metrics["max_drawdown"]["share"], lambda v: percent(v, False))
    number("Volatility", metrics["volatility"], lambda value: percent(value, False))
    number("Sharpe", metrics["sharpe"], plain)
    number("Sortino", metrics["sortino"], plain)
    same("Trades closed", f"{metrics['trades_closed']:,}")
    number("Win rate", metrics["win_rate"], lambda value: percent(value, False))
    number("Profit factor", metrics["profit_factor"], plain)
    money("Per trade", metrics["expectancy"], True)
    number("Time invested", metrics["time_invested"], lambda value: percent(value, False))
    money("Realized", metrics["realized"], True)
    money("Fees", metrics["commission"], False)
    money("Not realized yet", metrics["unrealized"], True)
    money("Traded", metrics["traded"], False)
    number("Turnover, times the equity", metrics["turnover"], plain)
    money("Slippage (cost +)", metrics["slippage"], True)
    number("Slippage, bps", metrics["slippage_bps"], plain)
    money("Drawdown in dollars", metrics["max_drawdown"]["value"], False)
    same("Fills", f"{metrics['fills']:,}")
    money("Average win", metrics["average_win"], True)
    money("Average loss", metrics["average_loss"], True)
    money("Largest win", metrics["largest_win"], True)
    money("Largest loss", metrics["largest_loss"], True)
    same("Lost in a row at most", f"{metrics['losing_streak']:,}")
    same("Config hash", result["config_hash"])
    same("Data hash", result["data_hash"])


if __name__ == "__main__":
    main()
