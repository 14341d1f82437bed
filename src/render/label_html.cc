#include "render/label_html.h"

#include <algorithm>
#include <string_view>

#include "render/style.h"
#include "support/escape.h"

namespace graphwitness::picture {
namespace {

constexpr std::size_t kNoteWidth = 60;  // characters

/// Graphviz takes no empty element.
std::string font(std::string_view text, std::string_view color, int size) {
  if (text.empty()) return "";
  return "<FONT COLOR=\"" + std::string(color) + "\" POINT-SIZE=\"" + std::to_string(size) + "\">" +
         escape_html_label(text) + "</FONT>";
}

std::string bold(const std::string& html) { return html.empty() ? html : "<B>" + html + "</B>"; }

std::string row(const std::string& html) {
  const std::string content = html.empty() ? " " : html;
  return "<TR><TD ALIGN=\"LEFT\" BALIGN=\"LEFT\">" + content + "</TD></TR>";
}

std::string table(const std::string& rows) {
  return "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"1\">" + rows + "</TABLE>";
}

std::string row_of(const Row& line) {
  switch (line.style) {
    case Row::Style::plain:
      return row(font(line.text, kText, 9));
    case Row::Style::faint:
      return row(font(line.text, kFaint, 9));
    case Row::Style::parameter:
      return row(font(line.text, kParameter, 9));
    case Row::Style::alarm:
      return row(bold(font(line.text, kAlarm, 9)));
    case Row::Style::marked:
      return row(bold(font(std::string(style_of(line.mark).sign) + " " + line.text, style_of(line.mark).color, 9)));
  }
  return "";
}

std::string legend_row(std::string_view swatch, std::string_view text) {
  return "<TR><TD WIDTH=\"18\" HEIGHT=\"10\" FIXEDSIZE=\"FALSE\" " + std::string(swatch) +
         "> </TD><TD ALIGN=\"LEFT\">" + font(text, kText, 9) + "</TD></TR>";
}

/// Breaks at spaces, so that a note does not get wider than the picture.
std::string wrapped(std::string_view text) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (column > 0 && column + space + 1 > kNoteWidth) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
    }
    out += text.substr(0, space);
    column += space + 1;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
}

}  // namespace

std::string item_label(const Item& item) {
  const bool small = item.category == Category::join || item.category == Category::stub;
  std::string rows = row(small ? font(item.title, kFaint, 10) : bold(font(item.title, kText, 12)));
  for (const Row& line : item.rows) rows += row_of(line);
  return table(rows);
}

std::string frame_label(const Frame& frame) {
  return font(frame.label, frame.kind == Frame::Kind::block ? "#6f4a86" : kFaint, 11);
}

std::string legend_label(const View& view) {
  std::string rows;
  for (const CategoryStyle& style : kCategoryStyles) {
    const auto shows = [&](const Item& item) { return item.category == style.category; };
    if (std::ranges::none_of(view.items, shows)) continue;
    rows += legend_row("BORDER=\"1\" COLOR=\"" + std::string(style.border) + "\" BGCOLOR=\"" + style.fill + "\"",
                       style.legend);
  }
  const auto marked = [&](Mark::Kind kind) {
    return std::ranges::any_of(view.items, [&](const Item& item) { return item.mark == kind; }) ||
           std::ranges::any_of(view.arrows, [&](const Arrow& arrow) { return arrow.mark == kind; });
  };
  for (const MarkStyle& style : kMarkStyles) {
    if (style.kind == Mark::Kind::none || !marked(style.kind)) continue;
    rows += legend_row("BORDER=\"2\" STYLE=\"" + std::string(style.border) + "\" COLOR=\"" + style.color + "\"",
                       std::string(style.sign) + " " + style.legend);
  }
  if (view.is_overlay) rows += legend_row("BORDER=\"0\"", "without a mark: kept");
  return "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"4\" CELLPADDING=\"0\">" + rows + "</TABLE>";
}

std::string note_label(const View& view) {
  std::string rows;
  for (const std::string& note : view.notes) rows += row(font(wrapped(note), kText, 9));
  return table(rows);
}

}  // namespace graphwitness::picture
