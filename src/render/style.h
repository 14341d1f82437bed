#pragma once
/// How a picture looks: one table for shapes, colours and the legend's words.

#include <array>
#include <string_view>

#include "graphwitness/render/render.h"
#include "render/operators.h"

namespace graphwitness::picture {

struct CategoryStyle {
  Category category;
  const char* shape;
  const char* style;
  const char* fill;
  const char* border;
  const char* legend;
};

inline constexpr std::array kCategoryStyles{
    CategoryStyle{Category::input, "box", "rounded,filled", "#e3eef9", "#5b8db8", "input"},
    CategoryStyle{Category::output, "box", "rounded,filled", "#d5e6f5", "#3a6f9f", "output"},
    CategoryStyle{Category::compute, "box", "filled", "#ffffff", "#8a939c", "computation"},
    CategoryStyle{Category::shape, "box", "filled", "#f1f2f4", "#b4bac0", "shape or type"},
    CategoryStyle{Category::container, "box", "filled", "#f3efe4", "#b7a98a", "list, tuple, constant"},
    CategoryStyle{Category::control, "box", "filled", "#f0e4f5", "#8b5fa6", "control flow"},
    CategoryStyle{Category::module, "box3d", "filled", "#e6f2e8", "#6a9c74", "folded, or module state"},
    CategoryStyle{Category::join, "box", "rounded,filled", "#f8f2fa", "#b598c6", "end or result of a block"},
    CategoryStyle{Category::stub, "plaintext", "", "#ffffff", "#ffffff", "not drawn"},
    CategoryStyle{Category::jump, "box", "rounded,filled", "#ffffff", "#b4bac0", "goes on at the same letter"},
    CategoryStyle{Category::unresolved, "box", "dashed,filled", "#fdecec", "#c62828", "produced by no node"},
};

constexpr const CategoryStyle& style_of(Category category) {
  return kCategoryStyles[static_cast<std::size_t>(category)];
}

/// How a mark looks. Colours are told apart by the colour-blind (after Okabe and Ito); borders, signs and words tell
/// the same without colour.
struct MarkStyle {
  Mark::Kind kind;
  const char* color;
  const char* border;  ///< style of the border: "solid", "dashed", "dotted"
  const char* pen_width;
  const char* peripheries;  ///< "2": a double border
  const char* sign;         ///< in front of what the box says of it
  const char* legend;
};

inline constexpr std::array kMarkStyles{
    MarkStyle{Mark::Kind::none, "", "", "", "", "", ""},
    MarkStyle{Mark::Kind::trail, "#b8860b", "solid", "2", "1", "→", "trail: where it comes from"},
    MarkStyle{Mark::Kind::note, "#0072b2", "dotted", "2", "1", "i", "note"},
    MarkStyle{Mark::Kind::warning, "#c77700", "dashed", "2.5", "1", "!", "warning"},
    MarkStyle{Mark::Kind::error, "#c62828", "solid", "2.5", "2", "✗", "error"},
    MarkStyle{Mark::Kind::changed, "#7b3294", "dotted", "2.5", "1", "≠", "changed"},
    MarkStyle{Mark::Kind::frozen, "#0072b2", "solid", "2.5", "2", "=", "frozen: a constant in the other"},
    MarkStyle{Mark::Kind::lost, "#c62828", "dashed", "2.5", "1", "−", "lost: not in the other"},
    MarkStyle{Mark::Kind::added, "#1b7837", "solid", "3", "1", "+", "added: only in the other"},
};

constexpr const MarkStyle& style_of(Mark::Kind kind) { return kMarkStyles[static_cast<std::size_t>(kind)]; }

inline constexpr const char* kAlarm = "#c62828";
inline constexpr const char* kText = "#22272b";
inline constexpr const char* kNote = "#7a6412";
inline constexpr const char* kFaint = "#717a83";
inline constexpr const char* kParameter = "#2d6a4f";
inline constexpr const char* kArrow = "#7b858e";
inline constexpr const char* kFont = "Helvetica,Arial,sans-serif";

}  // namespace graphwitness::picture
