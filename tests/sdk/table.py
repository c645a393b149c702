"""table.py [--write] PAGE RESULTS: the table of steps and SDKs between two marks of PAGE, from
RESULTS/*.tap. The column of an SDK that did not run stays as it is on the page. Without --write the
page is only compared: one that says something else is a failure."""
import pathlib
import re
import sys

SDKS = [("alpaca-py", "alpaca-py"), ("js-v3", "JavaScript 3"), ("js-v4", "JavaScript 4"),
        ("go", "Go"), ("java", "Java")]
BEGIN = "<!-- sdk table: made by tests/sdk/run.sh --write-docs -->"
END = "<!-- end of the sdk table -->"


def read_tap(path):
    """number -> (title, cell)."""
    found = {}
    for line in path.read_text().splitlines():
        match = re.match(r"(not )?ok (\d+) (.*)$", line)
        if match:
            refused, number, title = match.groups()
            if refused:
                cell = "**no**"
                title = title.split(" - ")[0]
            elif "# n/a" in title:
                cell = "not in this SDK"
                title = title.split(" # n/a")[0]
            else:
                cell = "yes"
            found[int(number)] = (title, cell)
    return found


def read_column(page, heading):
    """The same of a column of the page's table; empty where it has none."""
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            for line in page.splitlines() if line.startswith("|")]
    if not rows or heading not in rows[0]:
        return {}
    at = rows[0].index(heading)
    return {int(row[0]): (row[1].replace("\\|", "|"), row[at]) for row in rows if row[0].isdigit()}


def table(results, page):
    taps = [(results / f"{name}.tap", heading) for name, heading in SDKS]
    columns = [read_tap(tap) if tap.exists() else read_column(page, heading)
               for tap, heading in taps]
    lines = ["| | step | " + " | ".join(title for _, title in SDKS) + " |",
             "| --: | --- |" + " --- |" * len(SDKS)]
    titles = {number: title for column in reversed(columns) for number, (title, _) in column.items()}
    for number in sorted(titles):
        cells = [column.get(number, ("", "?"))[1] for column in columns]
        title = titles[number].replace("|", "\\|")
        lines.append(f"| {number} | {title} | " + " | ".join(cells) + " |")
    sums = [sum(cell == "yes" for _, cell in column.values()) for column in columns]
    lines.append("| | **hold** | " + " | ".join(f"**{n}**" for n in sums) + " |")
    return "\n".join(lines)


def main(arguments):
    write = arguments[:1] == ["--write"]
    page, results = (pathlib.Path(a) for a in arguments[write:])
    text = page.read_text() if page.exists() else ""
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        print(f"not ok {page.name} has a place for the table: the marks {BEGIN} and {END}")
        return 1
    head, rest = text.split(BEGIN)
    old, tail = rest.split(END)
    fresh = f"{head}{BEGIN}\n\n{table(results, old)}\n\n{END}{tail}"
    if write and fresh != text:
        page.write_text(fresh)
        text = fresh
    if text != fresh:
        print(f"not ok the table in {page.name} is that of this run; tests/sdk/run.sh --write-docs")
        return 1
    print(f"ok the table in {page.name} is that of this run")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
