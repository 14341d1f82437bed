#include <ostream>

#include "graphwitness/report/inspect.h"
#include "report/json_parts.h"
#include "support/version.h"

namespace graphwitness {
namespace {

Json value_json(const InspectedValue& value) {
  Json object{{"name", value.name}, {"type", value.type}};
  if (!value.default_value.empty()) object["default"] = value.default_value;
  return object;
}

Json method_json(const InspectedMethod& method) {
  return {{"name", method.name},
          {"origin", method.origin},
          {"inputs", list(method.inputs, value_json)},
          {"outputs", list(method.outputs, value_json)}};
}

Json callable_json(const InspectedCallable& callable) {
  Json object{{"name", callable.name}, {"origin", callable.origin}};
  if (!callable.file.empty()) object["file"] = callable.file;
  if (callable.line != 0) object["line"] = callable.line;
  return object;
}

Json module_json(const InspectedModule& module) {
  return {{"path", module.path},
          {"type", module.type},
          {"parameters", module.parameters},
          {"has_setstate", module.has_setstate}};
}

Json totals_json(const TensorTotals& totals) {
  return {{"tensors", totals.tensors},
          {"elements", totals.elements},
          {"bytes", totals.bytes},
          {"unknown_shapes", totals.unsized}};
}

Json count_json(const std::pair<std::string, std::size_t>& entry) {
  return {{"op", entry.first}, {"count", entry.second}};
}

}  // namespace

void write_inspection_json(std::ostream& out, const Inspection& found) {
  Json object = Json::object();
  object["version"] = 1;
  object["tool"] = {{"name", "graphwitness"}, {"version", version()}};
  object["path"] = found.path;
  object["format"] = found.format;
  object["properties"] = list(found.properties, [](const auto& entry) {
    return Json{{"key", entry.first}, {"value", entry.second}};
  });
  object["methods"] = list(found.methods, method_json);
  object["callables"] = list(found.callables, callable_json);
  object["parameters"] = totals_json(found.parameters);
  object["buffers"] = totals_json(found.buffers);
  object["control_flow"] = list(found.control_flow, count_json);
  object["operations"] = list(found.operations, count_json);
  object["missing_operators"] = list(found.missing_operators, [](const auto& entry) {
    return Json{{"op", entry.first}, {"schema", entry.second}};
  });
  object["modules"] = list(found.modules, module_json);
  object["remarks"] = found.remarks;
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
