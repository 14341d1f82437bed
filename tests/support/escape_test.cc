#include "support/escape.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace graphwitness {
namespace {

using namespace std::string_literals;

TEST_CASE("printable text keeps UTF-8 and newlines") {
  CHECK(printable("héllo → 模型 🙂\nx") == "héllo → 模型 🙂\nx");
  CHECK(printable("") == "");
}

TEST_CASE("bytes that are not UTF-8 become visible, one by one") {
  CHECK(printable("a\xFFz") == "a\\xffz");
  CHECK(printable("\xC3") == "\\xc3");                             // cut off
  CHECK(printable("\xC3(") == "\\xc3(");                           // what follows is kept
  CHECK(printable("\xC0\xAF") == "\\xc0\\xaf");                    // overlong
  CHECK(printable("\xE0\x80\x80") == "\\xe0\\x80\\x80");           // overlong
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(printable("\xF4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // past the last character
  CHECK(printable("\xF5\x80\x80\x80") == "\\xf5\\x80\\x80\\x80");
}

TEST_CASE("characters that no SVG can hold become visible") {
  CHECK(printable("a\0b"s) == "a\\x00b");
  CHECK(printable("\x1B[31m\x7F\r\t") == "\\x1b[31m\\x7f\\x0d ");
  CHECK(printable("\xEF\xBF\xBE\xC2\x85") == "\\xef\\xbf\\xbe\\xc2\\x85");
}

TEST_CASE("a cut text shows that it is cut, and never cuts a character") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "ab…");
  CHECK(shortened("ääää", 3) == "ää…");
  CHECK(shortened("ab", 1) == "…");
  CHECK(shortened("", 1) == "");
}

TEST_CASE("labels keep what would be markup as text") {
  CHECK(escape_html_label("<b>\"a\" & 'b'</b>") == "&lt;b&gt;&quot;a&quot; &amp; 'b'&lt;/b&gt;");
  CHECK(escape_html_label("a\nb") == "a<BR ALIGN=\"LEFT\"/>b");
  CHECK(escape_html_label("\\N &lt;") == "&#92;N &amp;lt;");
}

TEST_CASE("plain strings keep backslashes and entities as text") {
  CHECK(escape_dot_string("a\nb") == "a\\nb");
  CHECK(escape_dot_string("\\G\\n&amp;\"") == "&#92;G&#92;n&amp;amp;&quot;");
}

TEST_CASE("workflow commands: what would end a line or a property is encoded") {
  CHECK(escape_workflow_data("100%\na,b:c") == "100%25%0Aa,b:c");
  CHECK(escape_workflow_property("a,b:c\n%") == "a%2Cb%3Ac%0A%25");
}

TEST_CASE("a Markdown cell: code stays code, nothing else is markup, no cell ends early") {
  CHECK(escape_markdown_cell("`a_b|c` and a_b|c") == "`a_b\\|c` and a\\_b\\|c");
  CHECK(escape_markdown_cell("<img> & [x](y)\nz") == "&lt;img> &amp; \\[x\\](y) z");
  CHECK(escape_markdown_cell("a ` b_c") == "a \\` b\\_c");
}

}  // namespace
}  // namespace graphwitness
