#include "inference/operator_table.h"

#include <onnx/defs/operator_sets.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace graphwitness {
namespace {

constexpr auto kTensorTypes = std::to_array<std::pair<std::string_view, DType>>({
    {"tensor(float)", DType::f32},
    {"tensor(double)", DType::f64},
    {"tensor(float16)", DType::f16},
    {"tensor(bfloat16)", DType::bf16},
    {"tensor(int64)", DType::i64},
    {"tensor(int32)", DType::i32},
    {"tensor(int16)", DType::i16},
    {"tensor(int8)", DType::i8},
    {"tensor(int4)", DType::i4},
    {"tensor(uint64)", DType::u64},
    {"tensor(uint32)", DType::u32},
    {"tensor(uint16)", DType::u16},
    {"tensor(uint8)", DType::u8},
    {"tensor(uint4)", DType::u4},
    {"tensor(bool)", DType::boolean},
    {"tensor(string)", DType::string},
    {"tensor(complex64)", DType::c64},
    {"tensor(complex128)", DType::c128},
    {"tensor(float8e4m3fn)", DType::f8e4m3fn},
    {"tensor(float8e4m3fnuz)", DType::f8e4m3fnuz},
    {"tensor(float8e5m2)", DType::f8e5m2},
    {"tensor(float8e5m2fnuz)", DType::f8e5m2fnuz},
    {"tensor(float8e8m0)", DType::f8e8m0},
    {"tensor(float4e2m1)", DType::f4e2m1},
});

constexpr std::string_view kDefaultDomain = "ai.onnx";

/// As the library's registry spells it.
std::string registry_domain(std::string_view domain) {
  return domain == kDefaultDomain ? std::string() : std::string(domain);
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int index_of(const onnx::OpSchema& schema, const std::string& type) {
  const auto& variables = schema.typeConstraintParams();
  for (std::size_t i = 0; i < variables.size(); ++i) {
    if (variables[i].type_param_str == type) return static_cast<int>(i);
  }
  return -1;
}

std::vector<Formal> formals_of(const onnx::OpSchema& schema,
                               const std::vector<onnx::OpSchema::FormalParameter>& parameters) {
  std::vector<Formal> formals;
  for (const auto& parameter : parameters) {
    Formal& formal = formals.emplace_back();
    formal.name = parameter.GetName();
    formal.variable = index_of(schema, parameter.GetTypeStr());
    formal.is_required = parameter.GetOption() == onnx::OpSchema::Single;
    formal.is_variadic = parameter.GetOption() == onnx::OpSchema::Variadic;
    formal.is_homogeneous = parameter.GetIsHomogeneous();
    std::size_t tensors = 0;
    for (const auto& [text, dtype] : kTensorTypes) {
      for (const std::string* type : parameter.GetTypes()) {
        if (*type != text) continue;
        formal.dtypes |= mask_of(dtype);
        ++tensors;
      }
    }
    formal.takes_other = tensors < parameter.GetTypes().size();
  }
  return formals;
}

Operator::Control control_of(std::string_view op) {
  if (op == "onnx::If") return Operator::Control::branch;
  if (op == "onnx::Loop") return Operator::Control::loop;
  if (op == "onnx::Scan") return Operator::Control::scan;
  return Operator::Control::none;
}

/// Of an operator that `domain` does not have at `version`. `boundary`: the opset that it comes or went with.
Operator::Standing standing_elsewhere(const std::string& op, const std::string& domain, std::int64_t version,
                                      std::int64_t newest, std::int64_t& boundary) {
  for (std::int64_t later = std::clamp<std::int64_t>(version, 0, newest) + 1; later <= newest; ++later) {
    if (onnx::OpSchemaRegistry::Schema(op, static_cast<int>(later), domain) == nullptr) continue;
    boundary = later;
    return Operator::Standing::not_yet;
  }
  const onnx::OpSchema* const last = onnx::OpSchemaRegistry::Schema(op, domain);
  if (last == nullptr) return Operator::Standing::absent;
  boundary = last->since_version();
  return Operator::Standing::removed;
}

}  // namespace

std::int64_t newest_opset(const std::string& domain) {
  const auto& ranges = onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  const auto found = ranges.find(domain);
  return found == ranges.end() ? 0 : found->second.second;
}

OperatorTable::OperatorTable(const Graph& graph) : graph_(graph), operators_(graph.symbols().size()) {
  for (const Property& property : graph.properties()) {
    if (graph[property.key].starts_with("opset.")) imports_nothing_ = false;
  }
}

std::int64_t OperatorTable::opset(std::string_view domain) const {
  const std::string_view imported = graph_.property("opset." + std::string(domain));
  if (!imported.empty()) return number(imported);
  // What only a model-local function imports.
  const std::string end = "." + std::string(domain);
  for (const Property& property : graph_.properties()) {
    const std::string_view key = graph_[property.key];
    if (key.starts_with("function_opset.") && key.ends_with(end)) return number(graph_[property.value]);
  }
  return 0;
}

const Operator& OperatorTable::operator[](Symbol op) {
  auto& known = operators_[op.raw];
  if (!known) known = look_up(graph_[op]);
  return *known;
}

std::unique_ptr<Operator> OperatorTable::look_up(std::string_view op) const {
  auto found = std::make_unique<Operator>();
  const std::size_t colons = op.rfind("::");
  const std::string_view domain = colons == std::string_view::npos ? std::string_view() : op.substr(0, colons);
  found->name = colons == std::string_view::npos ? op : op.substr(colons + 2);
  found->domain = domain == "onnx" ? kDefaultDomain : domain;
  found->control = control_of(op);

  const std::string in_registry = registry_domain(found->domain);
  const std::int64_t newest = newest_opset(in_registry);
  found->version = opset(found->domain);
  if (found->version == 0 && imports_nothing_ && domain == "onnx") found->version = newest;
  if (found->version == 0) {
    found->standing = Operator::Standing::not_imported;
    return found;
  }
  if (newest == 0) {
    found->standing = Operator::Standing::foreign;
    return found;
  }
  found->is_exact = found->version <= newest;
  const auto version = static_cast<int>(std::clamp<std::int64_t>(found->version, 0, newest));
  const onnx::OpSchema* schema = onnx::OpSchemaRegistry::Schema(found->name, version, in_registry);
  if (schema == nullptr) {
    found->standing = standing_elsewhere(found->name, in_registry, found->version, newest, found->boundary);
    return found;
  }
  if (schema->Deprecated()) {
    found->standing = Operator::Standing::removed;
    found->boundary = schema->since_version();
    return found;
  }
  found->standing = Operator::Standing::known;
  found->schema = schema;
  if (schema->has_type_and_shape_inference_function()) found->infer = schema->GetTypeAndShapeInferenceFunction();
  if (schema->has_data_propagation_function()) found->propagate = schema->GetDataPropagationFunction();
  found->inputs = formals_of(*schema, schema->inputs());
  found->outputs = formals_of(*schema, schema->outputs());
  return found;
}

}  // namespace graphwitness
