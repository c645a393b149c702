/* tearsheet_html.c: text into HTML, and the style sheet. */
#include <stdint.h>

#include "readers/tearsheet_private.h"

/* The length of the UTF-8 character at `at` (RFC 3629: no surrogates, no overlong forms), or 0. */
static int utf8_length(const unsigned char *at)
{
    uint32_t code = at[0];
    int length = code < 0x80 ? 1 : code < 0xc2 ? 0 : code < 0xe0 ? 2 : code < 0xf0 ? 3 : 4;
    if (code > 0xf4 || length == 0) {
        return 0;
    }
    code &= length == 1 ? 0x7f : 0x7fU >> length;
    for (int i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) { /* the final NUL ends here, too */
            return 0;
        }
        code = code << 6 | (at[i] & 0x3f);
    }
    bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    bool no_character = code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
    return overlong || no_character ? 0 : length;
}

/* How a character of one byte stands in HTML; NULL: as itself. */
static const char *escaped(unsigned char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return byte < 0x20 || byte == 0x7f ? "&#xfffd;" : NULL;
    }
}

void html_text(FILE *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        int length = utf8_length(at);
        const char *instead = length == 0 ? "&#xfffd;" : length == 1 ? escaped(*at) : NULL;
        if (instead != NULL) {
            (void)fputs(instead, out);
        } else {
            (void)fwrite(at, 1, (size_t)length, out);
        }
        at += length == 0 ? 1 : length;
    }
}

/* Colours are named once for light and once for dark; numbers stand in columns of equal width. */
const char tearsheet_style[] =
    "<style>\n"
    ":root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#16202c;--soft:#5b6776;"
    "--line:#dde2e8;--grid:#e8ecf1;--main:#1f5fbf;--other:#8a94a3;--gain:20,122,72;"
    "--loss:190,44,40;--warn:#8a5a00;--warn-back:#fff3d6}\n"
    "@media (prefers-color-scheme:dark){:root{--page:#11161d;--card:#1a212b;--ink:#e6ebf2;"
    "--soft:#9aa7b7;--line:#2c3644;--grid:#252f3c;--main:#6ea8ff;--other:#8b97a8;"
    "--gain:74,200,130;--loss:255,120,110;--warn:#ffd27a;--warn-back:#3a2e12}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"
    "'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\n"
    "main{max-width:1040px;margin:0 auto;padding:28px 20px 48px}\n"
    "h1{font-size:26px;line-height:1.2;margin:4px 0 6px;letter-spacing:-.01em;"
    "overflow-wrap:anywhere}\n"
    "h2{font-size:16px;margin:0 0 12px}\n"
    ".plot+h2{margin-top:44px}\n"
    "p{margin:0 0 6px}\n"
    ".soft,.note{color:var(--soft)}\n"
    ".note{font-size:13px;margin:10px 0 0}\n"
    ".path{overflow-wrap:anywhere}\n"
    ".tag{display:inline-block;padding:2px 10px;border-radius:99px;border:1px solid var(--line);"
    "font-size:12px;font-weight:600;letter-spacing:.04em;margin-right:6px}\n"
    ".tag.simulated{background:var(--warn-back);color:var(--warn);border-color:transparent}\n"
    "section{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:18px 20px;margin-top:16px}\n"
    ".figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:1px;"
    "padding:0;overflow:hidden;background:var(--line)}\n"
    ".figure{background:var(--card);padding:14px 16px}\n"
    ".figure .name{font-size:12.5px;color:var(--soft)}\n"
    ".figure .value{font-size:21px;font-weight:650;letter-spacing:-.01em;"
    "font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    ".figure .value.none{font-size:15px;font-weight:500;color:var(--soft)}\n"
    ".figure .more{font-size:12.5px;color:var(--soft)}\n"
    ".gain{color:rgb(var(--gain))}.loss{color:rgb(var(--loss))}\n"
    ".key{display:flex;gap:18px;flex-wrap:wrap;font-size:13px;color:var(--soft);"
    "margin:-6px 0 10px}\n"
    ".key i{display:inline-block;width:18px;height:0;border-top:2px solid var(--main);"
    "vertical-align:middle;margin-right:6px}\n"
    ".key i.hold{border-top:2px dashed var(--other)}\n"
    ".plot{position:relative;height:300px;margin:8px 0 26px 84px}\n"
    ".plot.low{height:130px}\n"
    ".plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible}\n"
    ".plot path,.plot line{vector-effect:non-scaling-stroke;fill:none}\n"
    ".plot .grid{stroke:var(--grid);stroke-width:1}\n"
    ".plot .start{stroke:var(--other);stroke-width:1;stroke-dasharray:2 3}\n"
    ".plot .run{stroke:var(--main);stroke-width:1.8;stroke-linejoin:round}\n"
    ".plot .hold{stroke:var(--other);stroke-width:1.3;stroke-dasharray:5 3;"
    "stroke-linejoin:round}\n"
    ".plot .fall{stroke:rgb(var(--loss));stroke-width:1.2}\n"
    ".plot path.fill{fill:rgba(var(--loss),.16);stroke:none}\n"
    ".plot span{position:absolute;font-size:12px;color:var(--soft);white-space:nowrap;"
    "font-variant-numeric:tabular-nums}\n"
    ".plot .y{right:100%;margin-right:8px;transform:translateY(-50%)}\n"
    ".plot .x{top:100%;margin-top:6px;transform:translateX(-50%)}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:13.5px;"
    "font-variant-numeric:tabular-nums}\n"
    "th{font-weight:600;color:var(--soft);font-size:12.5px;text-align:right;padding:4px 8px;"
    "border-bottom:1px solid var(--line);white-space:nowrap}\n"
    "td{padding:5px 8px;text-align:right;border-bottom:1px solid var(--grid);"
    "white-space:nowrap}\n"
    "tr:last-child td{border-bottom:0}\n"
    "th:first-child,td:first-child,.left{text-align:left}\n"
    "td small{display:block;font-size:12px;color:var(--soft)}\n"
    "td{vertical-align:top}\n"
    "td.gap{text-align:center;color:var(--soft)}\n"
    ".heat{table-layout:fixed;min-width:720px}\n"
    ".heat td{text-align:center;border:2px solid var(--card);border-radius:4px;padding:5px 4px}\n"
    ".heat th{text-align:center;padding:4px}.heat th:first-child{text-align:left}\n"
    ".heat td:first-child{text-align:left;color:var(--soft)}\n"
    ".heat .year{font-weight:650}\n"
    ".two{display:grid;grid-template-columns:repeat(auto-fit,minmax(290px,1fr));gap:0 36px}\n"
    "dl{margin:0;display:grid;align-content:start;grid-template-columns:auto "
    "1fr;font-size:13.5px}\n"
    "dt,dd{padding:4px 0;border-bottom:1px solid var(--grid);margin:0}\n"
    "dt{color:var(--soft)}dd{text-align:right;font-variant-numeric:tabular-nums;"
    "padding-left:12px;overflow-wrap:anywhere}\n"
    "code{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}\n"
    "@media (max-width:600px){main{padding:16px 12px 32px}section{padding:14px}"
    ".figures{padding:0;grid-template-columns:1fr 1fr}.figure{padding:11px 12px}"
    ".figure .value{font-size:18px}.plot{height:220px;margin-left:70px}.plot "
    "span{font-size:11px}.plot.low{height:100px}"
    "h1{font-size:21px}}\n"
    "@media print{:root{--page:#fff}body{font-size:12px}main{max-width:none;padding:0}"
    "section{break-inside:avoid;border-radius:0;margin-top:10px;padding:10px 12px}"
    ".figures{padding:0}section.long{break-inside:auto}h2{break-after:avoid}tr{break-inside:avoid}"
    "*{print-color-adjust:exact;-webkit-print-color-adjust:exact}.plot{height:220px}"
    ".plot.low{height:90px}.scroll{overflow:visible}}\n"
    "</style>\n";
