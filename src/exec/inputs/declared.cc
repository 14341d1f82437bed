#include "exec/inputs/declared.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "exec/dtype.h"
#include "exec/inputs/index_bounds.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

OnnxForm form_of(const Graph& graph, TypeId type) {
  switch (graph[type].kind) {
    case Type::Kind::tensor:
      return OnnxForm::tensor;
    case Type::Kind::list:
      return OnnxForm::sequence;
    case Type::Kind::dict:
      return OnnxForm::map;
    case Type::Kind::optional: {
      const TypeId contained = graph[graph[type].args][0];
      const bool list = graph[contained].kind == Type::Kind::list;
      return list ? OnnxForm::optional_sequence : OnnxForm::optional_tensor;
    }
    default:
      return OnnxForm::unknown;
  }
}

DeclaredValue declared(const Graph& graph, ValueId id) {
  const graphwitness::Value& value = graph[id];
  const Type& type = graph[value.type];
  DeclaredValue result{.name = std::string(graph[value.name]), .form = form_of(graph, value.type)};
  if (type.kind != Type::Kind::tensor) return result;
  result.dtype = type.dtype;
  result.ranked = type.ranked;
  for (const Dim& dim : graph[type.dims]) result.dims.push_back({dim.extent, std::string(graph[dim.name])});
  return result;
}

bool is_whole(DType dtype) {
  return !is_floating(dtype) && !is_complex(dtype) && dtype != DType::boolean && size_of(dtype) != 0;
}

/// Decides the sizes and ranges of one model's inputs, and what to say where it cannot.
class Maker {
 public:
  Maker(const Declaration& declaration, const std::vector<DimSize>& dims, const std::string& path)
      : declaration_(declaration), dims_(dims), path_(path) {
    for (const DimSize& dim : dims) require_known(dim);
  }

  InputSpecification make(const DeclaredValue& input) const {
    if (input.form != OnnxForm::tensor || size_of(input.dtype) == 0) {
      fail(input, "cannot be generated; give `--inputs FILE`");
    }
    if (!input.ranked) fail(input, "has no declared rank");
    InputSpecification result{.name = input.name, .dtype = input.dtype};
    for (const DeclaredValue::Dim& dim : input.dims) result.sizes.push_back(size(input, dim));
    if (is_whole(input.dtype)) {
      if (!input.index_bound) fail(input, "needs a range, since integers are mostly indices and sizes");
      result.range = {.low_integer = 0, .high_integer = *input.index_bound - 1};
    }
    return result;
  }

 private:
  void require_known(const DimSize& dim) const {
    std::vector<std::string> known;
    for (const DeclaredValue& input : declaration_.inputs) {
      for (const DeclaredValue::Dim& one : input.dims) {
        if (one.symbol == dim.name) return;
        if (!one.symbol.empty() && std::ranges::find(known, one.symbol) == known.end()) known.push_back(one.symbol);
      }
    }
    throw InputError(
        fmt::format("`--dim {}={}`: no input of `{}` has such a dimension; {}", dim.name, dim.size, path_,
                    known.empty() ? "all have fixed sizes" : fmt::format("there are `{}`", fmt::join(known, "`, `"))));
  }

  std::int64_t size(const DeclaredValue& input, const DeclaredValue::Dim& dim) const {
    if (dim.extent >= 0) return dim.extent;
    const auto given = std::ranges::find(dims_, dim.symbol, &DimSize::name);
    if (!dim.symbol.empty() && given != dims_.end()) return given->size;
    if (!dim.symbol.empty()) fail(input, fmt::format("needs `--dim {}=N`", dim.symbol));
    fail(input, "has a dimension without size or name");
  }

  [[noreturn]] void fail(const DeclaredValue& input, const std::string& what) const {
    throw InputError(
        fmt::format("`{}` carries no inputs, and its input {} {}; give {}", path_, spell(input), what, options()));
  }

  static std::string spell(const DeclaredValue& input) {
    if (input.form != OnnxForm::tensor) return fmt::format("`{}`", input.name);
    std::string dims;
    for (const DeclaredValue::Dim& dim : input.dims) {
      dims += fmt::format("{}{}", dims.empty() ? "" : ",",
                          dim.extent >= 0      ? std::to_string(dim.extent)
                          : dim.symbol.empty() ? "?"
                                               : dim.symbol);
    }
    return fmt::format("`{}: {}[{}]`", input.name, torch_name(input.dtype), input.ranked ? dims : "...");
  }

  /// The whole command line's part, to be copied: what is not known stands in capitals.
  std::string options() const {
    std::string text;
    for (const DeclaredValue& input : declaration_.inputs) {
      if (input.form != OnnxForm::tensor || size_of(input.dtype) == 0) return "`--inputs FILE`";
      std::string dims = input.ranked ? "" : "SIZES";
      for (const DeclaredValue::Dim& dim : input.dims) {
        const auto given = std::ranges::find(dims_, dim.symbol, &DimSize::name);
        const bool known = !dim.symbol.empty() && given != dims_.end();
        dims += fmt::format("{}{}", dims.empty() ? "" : ",",
                            dim.extent >= 0 ? std::to_string(dim.extent)
                            : known         ? std::to_string(given->size)
                                            : "N");
      }
      std::string range;
      if (is_whole(input.dtype))
        range = input.index_bound ? fmt::format(":0..{}", *input.index_bound - 1) : ":LOW..HIGH";
      text += fmt::format("{}--input '{}={}[{}]{}'", text.empty() ? "`" : " ", input.name, torch_name(input.dtype),
                          dims, range);
    }
    return text + "`";
  }

  const Declaration& declaration_;
  const std::vector<DimSize>& dims_;
  const std::string& path_;
};

}  // namespace

Declaration declaration_of(const Graph& graph) {
  Declaration result;
  if (graph.functions().size() == 0) return result;
  const Block& body = graph[graph[*graph.functions().begin()].body];
  for (const ValueId input : graph[body.params]) {
    result.inputs.push_back(declared(graph, input));
    if (is_whole(result.inputs.back().dtype)) result.inputs.back().index_bound = index_bound(graph, input);
  }
  for (const ValueId output : graph[body.outputs]) result.outputs.push_back(declared(graph, output));
  return result;
}

DimSize parse_dim(const std::string& text) {
  const std::size_t equals = text.find('=');
  DimSize dim;
  if (equals != text.npos) {
    dim.name = text.substr(0, equals);
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + equals + 1, end, dim.size);
    if (!dim.name.empty() && error == std::errc{} && stop == end && dim.size >= 0) return dim;
  }
  throw InputError(fmt::format("`--dim` is `{}`, expected NAME=N, such as `batch=4`", text));
}

std::vector<InputSpecification> declared_inputs(const Declaration& declaration, const std::vector<DimSize>& dims,
                                                const std::vector<InputSpecification>& given, const std::string& path) {
  const Maker maker(declaration, dims, path);
  std::vector<InputSpecification> result;
  for (const DeclaredValue& input : declaration.inputs) {
    const bool named = std::ranges::find(given, input.name, &InputSpecification::name) != given.end();
    if (!named) result.push_back(maker.make(input));
  }
  return result;
}

}  // namespace graphwitness::exec
