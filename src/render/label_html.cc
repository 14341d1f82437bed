#include "render/label_html.h"

#include <algorithm>
#include <string_view>

#include "render/style.h"
#include "support/escape.h"

namespace graphwitness::picture {
namespace {

// Characters.
constexpr std::size_t kNoteWidth = 110;
constexpr std::size_t kMarkWidth = 40;
constexpr std::size_t kLegendWidth = 100;
constexpr std::size_t kSwatchWidth = 6;

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

/// Breaks at spaces, so that text does not make the picture wide.
std::string wrapped(std::string_view text, std::size_t width) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (column > 0) out += column + space > width ? '\n' : ' ';
    if (column + space > width) column = 0;
    out += text.substr(0, space);
    column += space + 1;
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return out;
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
      return row(bold(font(std::string(style_of(line.mark).sign) + " " + wrapped(line.text, kMarkWidth),
                           style_of(line.mark).color, 9)));
  }
  return "";
}

/// Swatches with their words, several in a row.
class Legend {
 public:
  void add(std::string_view swatch, std::string_view text) {
    if (width_ > 0 && width_ + text.size() > kLegendWidth) end_row();
    width_ += text.size() + kSwatchWidth;
    cells_ += "<TD WIDTH=\"18\" HEIGHT=\"10\" FIXEDSIZE=\"FALSE\" " + std::string(swatch) +
              "> </TD><TD ALIGN=\"LEFT\">" + font(text, kText, 9) + "</TD>";
  }
  /// Rows of tables, since the words in one row need not stand below those in another.
  std::string take() {
    if (width_ > 0) end_row();
    return std::move(rows_);
  }

 private:
  /// A size of its own, or Graphviz stretches the swatches to the width of the heading; generous, or it complains.
  void end_row() {
    rows_ += row("<TABLE ALIGN=\"LEFT\" FIXEDSIZE=\"TRUE\" WIDTH=\"" + std::to_string(width_ * 6) +
                 "\" HEIGHT=\"24\" BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"3\" CELLPADDING=\"0\"><TR>" + cells_ +
                 "</TR></TABLE>");
    cells_.clear();
    width_ = 0;
  }

  std::string cells_;
  std::string rows_;
  std::size_t width_ = 0;
};

}  // namespace

std::string item_label(const Item& item) {
  const bool small =
      item.category == Category::join || item.category == Category::stub || item.category == Category::jump;
  std::string rows = row((small ? font(item.title, kFaint, 10) : bold(font(item.title, kText, 12))) +
                         (item.subtitle.empty() ? "" : " " + font(item.subtitle, kFaint, 9)));
  for (const Row& line : item.rows) rows += row_of(line);
  return table(rows);
}

std::string frame_label(const Frame& frame) {
  return font(frame.label, frame.kind == Frame::Kind::block ? "#6f4a86" : kFaint, 10);
}

std::string heading_label(const View& view) {
  std::string rows = view.title.empty() ? "" : row(font(view.title, kText, 13));
  for (const std::string& note : view.notes) rows += row(font(wrapped(note, kNoteWidth), kNote, 10));
  Legend legend;
  for (const CategoryStyle& style : kCategoryStyles) {
    const auto shows = [&](const Item& item) { return item.category == style.category; };
    if (std::ranges::none_of(view.items, shows)) continue;
    legend.add("BORDER=\"1\" COLOR=\"" + std::string(style.border) + "\" BGCOLOR=\"" + style.fill + "\"", style.legend);
  }
  const auto marked = [&](Mark::Kind kind) {
    return std::ranges::any_of(view.items, [&](const Item& item) { return item.mark == kind; }) ||
           std::ranges::any_of(view.arrows, [&](const Arrow& arrow) { return arrow.mark == kind; });
  };
  for (const MarkStyle& style : kMarkStyles) {
    if (style.kind == Mark::Kind::none || !marked(style.kind)) continue;
    legend.add("BORDER=\"2\" STYLE=\"" + std::string(style.border) + "\" COLOR=\"" + style.color + "\"",
               std::string(style.sign) + " " + style.legend);
  }
  if (view.is_overlay) legend.add("BORDER=\"0\"", "without a mark: kept");
  rows += legend.take();
  return rows.empty() ? rows : table(rows);
}

}  // namespace graphwitness::picture
