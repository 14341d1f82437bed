#include "json_schema.h"

#include <algorithm>
#include <fstream>

namespace graphwitness {
namespace {

using Json = nlohmann::json;

class Checker {
 public:
  explicit Checker(const Json& root) : root_(root) {}

  void check(const Json& schema, const Json& value, const std::string& at) {
    for (const auto& [keyword, wanted] : schema.items()) {
      if (keyword == "$ref") {
        check(root_.at(Json::json_pointer(wanted.get<std::string>().substr(1))), value, at);
      } else if (keyword == "type") {
        require(has_type(wanted, value), at, "type");
      } else if (keyword == "const") {
        require(value == wanted, at, "const");
      } else if (keyword == "enum") {
        require(std::ranges::find(wanted, value) != wanted.end(), at, "enum");
      } else if (keyword == "minimum") {
        require(value >= wanted, at, "minimum");
      } else if (keyword == "required") {
        check_required(wanted, value, at);
      } else if (keyword == "properties") {
        check_properties(wanted, value, at);
      } else if (keyword == "additionalProperties") {
        check_additional(schema, wanted, value, at);
      } else if (keyword == "items") {
        for (std::size_t i = 0; i < value.size(); ++i) check(wanted, value[i], at + "/" + std::to_string(i));
      } else {
        require(keyword == "description" || keyword == "title" || keyword == "$schema" || keyword == "$defs", at,
                "unknown keyword " + keyword);
      }
    }
  }

  std::vector<std::string> violations;

 private:
  void require(bool fits, const std::string& at, const std::string& what) {
    if (!fits) violations.push_back(at + ": " + what);
  }

  static bool has_type(const Json& wanted, const Json& value) {
    if (wanted.is_array()) {
      return std::ranges::any_of(wanted, [&](const Json& one) { return has_type(one, value); });
    }
    if (wanted == "integer") return value.is_number_integer();
    return wanted == value.type_name();
  }

  void check_required(const Json& wanted, const Json& value, const std::string& at) {
    if (!value.is_object()) return;
    for (const Json& name : wanted) require(value.contains(name.get<std::string>()), at, "required " + name.dump());
  }

  void check_properties(const Json& wanted, const Json& value, const std::string& at) {
    if (!value.is_object()) return;
    for (const auto& [name, schema] : wanted.items()) {
      if (value.contains(name)) check(schema, value[name], at + "/" + name);
    }
  }

  void check_additional(const Json& schema, const Json& wanted, const Json& value, const std::string& at) {
    if (!value.is_object()) return;
    for (const auto& [name, inner] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(name)) continue;
      if (wanted.is_object()) {
        check(wanted, inner, at + "/" + name);
      } else {
        require(wanted.get<bool>(), at, "additional property " + name);
      }
    }
  }

  const Json& root_;
};

}  // namespace

std::vector<std::string> schema_violations(const Json& schema, const Json& value) {
  Checker checker(schema);
  checker.check(schema, value, "");
  return checker.violations;
}

Json read_schema(const std::string& name) {
  std::ifstream file(std::string(GRAPHWITNESS_SOURCE_DIR) + "/docs/" + name + ".schema.json");
  return Json::parse(file);
}

}  // namespace graphwitness
