#pragma once
/// Text from a model as the writers of other languages need it: one function a language, called where the text is
/// written.
///
/// Text that is not UTF-8, and characters that XML forbids (so that no SVG could hold them), become visible: `\x00`.
/// Limits: bidirectional and combining characters are passed on as they are.

#include <cstddef>
#include <string>
#include <string_view>

namespace graphwitness {

/// Valid UTF-8 without control characters other than the newline; what is neither shows as `\xNN`. A tab becomes a
/// space.
std::string printable(std::string_view text);

/// At most `most` characters (code points) of valid UTF-8, the last one `…` when some were left out.
std::string shortened(std::string_view text, std::size_t most);

/// For the inside of an HTML-like Graphviz label, also in attributes such as TITLE. A newline becomes a line break,
/// aligned to the left.
std::string escape_html_label(std::string_view text);

/// For XML, between tags or as an attribute's value in double quotes.
std::string escape_xml(std::string_view text);

/// For a plain Graphviz string of the kind escString: labels, tooltips. cgraph itself adds the quotes.
std::string escape_dot_string(std::string_view text);

/// For the message of a GitHub workflow command, `::error ...::MESSAGE`.
std::string escape_workflow_data(std::string_view text);

/// For a property's value of such a command, `file=VALUE`.
std::string escape_workflow_property(std::string_view text);

/// For a cell of a Markdown table, as GitHub reads it. Code between backticks stays code; a newline becomes a space.
std::string escape_markdown_cell(std::string_view text);

}  // namespace graphwitness
