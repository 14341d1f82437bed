#include "render/operators.h"

#include <algorithm>
#include <array>

namespace graphwitness::picture {
namespace {

constexpr std::array<std::string_view, 62> kShapeOps{
    "Cast",
    "CastLike",
    "Expand",
    "Flatten",
    "NumToTensor",
    "Pad",
    "Reshape",
    "Shape",
    "Size",
    "Slice",
    "Split",
    "Squeeze",
    "Tile",
    "Transpose",
    "Unsqueeze",
    "broadcast_to",
    "chunk",
    "contiguous",
    "detach",
    "device",
    "dim",
    "dtype",
    "expand",
    "expand_as",
    "flatten",
    "float",
    "half",
    "is_cuda",
    "is_floating_point",
    "len",
    "long",
    "movedim",
    "narrow",
    "numel",
    "pad",
    "permute",
    "pin_memory",
    "repeat",
    "reshape",
    "reshape_as",
    "select",
    "shape",
    "size",
    "slice",
    "split",
    "split_with_sizes",
    "squeeze",
    "stride",
    "swapaxes",
    "t",
    "tile",
    "to",
    "transpose",
    "type_as",
    "unbind",
    "unflatten",
    "unfold",
    "unsqueeze",
    "view",
    "view_as",
    "view_as_complex",
    "view_as_real",
};

constexpr std::array<std::string_view, 30> kContainerOps{
    "ConcatFromSequence",
    "DictConstruct",
    "ListConstruct",
    "ListUnpack",
    "Optional",
    "OptionalGetElement",
    "OptionalHasElement",
    "SequenceAt",
    "SequenceConstruct",
    "SequenceEmpty",
    "SequenceErase",
    "SequenceInsert",
    "SequenceLength",
    "SplitToSequence",
    "TupleConstruct",
    "TupleIndex",
    "TupleSlice",
    "TupleUnpack",
    "__contains__",
    "__getitem__",
    "_set_item",
    "append",
    "copy",
    "dict",
    "extend",
    "insert",
    "items",
    "keys",
    "list",
    "values",
};

constexpr std::array<std::string_view, 8> kControlOps{
    "If", "Loop", "RaiseException", "Scan", "With", "fork", "unchecked_cast", "wait",
};

constexpr std::array<std::string_view, 6> kModuleOps{
    "CallFunction", "CallMethod", "CreateObject", "GetAttr", "PythonOp", "SetAttr",
};

constexpr std::array<std::string_view, 12> kContainerChanges{
    "Delete", "__delitem__", "_set_item", "append", "clear",   "extend",
    "insert", "pop",         "popitem",   "remove", "reverse", "sort",
};

static_assert(std::ranges::is_sorted(kContainerChanges));
static_assert(std::ranges::is_sorted(kShapeOps) && std::ranges::is_sorted(kContainerOps) &&
              std::ranges::is_sorted(kControlOps) && std::ranges::is_sorted(kModuleOps));

}  // namespace

std::string_view short_op(std::string_view op) {
  for (std::string_view domain : {"aten::", "prim::", "onnx::"}) {
    if (op.starts_with(domain)) return op.substr(domain.size());
  }
  return op;
}

bool changes_container(std::string_view op) {
  return (op.starts_with("aten::") || op.starts_with("prim::")) &&
         std::ranges::binary_search(kContainerChanges, short_op(op));
}

Category category_of(std::string_view op) {
  const std::string_view name = short_op(op);
  if (std::ranges::binary_search(kShapeOps, name)) return Category::shape;
  if (std::ranges::binary_search(kContainerOps, name)) return Category::container;
  if (std::ranges::binary_search(kControlOps, name)) return Category::control;
  if (std::ranges::binary_search(kModuleOps, name)) return Category::module;
  return Category::compute;
}

}  // namespace graphwitness::picture
