#pragma once
/// The text in and behind the boxes of a picture.

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphwitness/ir/graph.h"
#include "render/absorbed.h"
#include "render/fold.h"
#include "render/outline.h"
#include "render/view.h"

namespace graphwitness::picture {

class ItemText {
 public:
  ItemText(const Graph& graph, const Absorbed& absorbed, const Outline& outline);

  /// Everything but frame and mark.
  Item item(const Piece& piece) const;
  /// "layer1.0 · BasicBlock"
  std::string module_label(std::string_view path) const;
  /// "then", "else", "body", with the line that decides: "then · line 20: if x.sum() > 0:".
  std::string block_label(BlockId block) const;
  /// Type of the value, with its name where the box it comes from stands for several.
  std::string arrow_label(const Link& link) const;
  std::string arrow_tooltip(const Link& link) const;

 private:
  std::string block_name(BlockId block) const;
  std::string_view last_scope(const Piece& piece) const;
  Item single(const Entry& entry) const;
  Item node(NodeId node) const;
  Item join(NodeId node) const;
  Item yield(BlockId block) const;
  Item value(const Entry& entry) const;
  Item folded(const Piece& piece) const;
  Item folded_values(Entry::Kind kind, std::size_t count) const;
  void add_operands(NodeId node, std::vector<Row>& rows) const;
  void add_source_line(NodeId id, Item& item) const;
  std::string parameters_text(const Piece& piece) const;
  void add_attributes(NodeId node, std::vector<std::string>& constants) const;
  std::string tooltip(NodeId node) const;
  bool reads_parameter(NodeId node) const;
  std::string main_operators(const Piece& piece) const;

  const Graph& graph_;
  const Absorbed& absorbed_;
  const Outline& outline_;
  std::unordered_map<std::string_view, ModuleId> modules_;
};

/// Operations among the entries of a piece.
std::size_t operation_count(const Outline& outline, const Piece& piece);

}  // namespace graphwitness::picture
