#include "json_schema.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>

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
      } else if (keyword == "minItems") {
        require(!value.is_array() || value.size() >= wanted.get<std::size_t>(), at, "minItems");
      } else if (keyword == "minLength") {
        require(!value.is_string() || value.get_ref<const std::string&>().size() >= wanted.get<std::size_t>(), at,
                "minLength");
      } else if (keyword == "pattern") {
        const std::regex pattern(wanted.get<std::string>());
        require(!value.is_string() || std::regex_search(value.get_ref<const std::string&>(), pattern), at, "pattern");
      } else if (keyword == "uniqueItems") {
        const std::set<Json> items(value.begin(), value.end());
        require(!wanted.get<bool>() || !value.is_array() || items.size() == value.size(), at, "uniqueItems");
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

Json read_schema(const std::string& name, const std::string& folder) {
  std::ifstream file(std::string(GRAPHWITNESS_SOURCE_DIR) + "/" + folder + "/" + name + ".schema.json");
  return Json::parse(file);
}

std::vector<std::string> sarif_violations(const Json& log) {
  std::vector<std::string> violations = schema_violations(read_schema("sarif-2.1.0", "tests/report"), log);
  if (!violations.empty()) return violations;
  const auto require = [&](bool fits, const std::string& what) {
    if (!fits) violations.push_back(what);
  };
  for (const Json& run : log["runs"]) {
    const Json& rules = run["tool"]["driver"]["rules"];
    for (const Json& result : run["results"]) {
      const std::size_t index = result.value("ruleIndex", rules.size());
      require(index < rules.size(), "`ruleIndex` is none of a rule: " + result.dump());
      require(index < rules.size() && rules[index]["id"] == result["ruleId"], "`ruleIndex` is of another rule");
      require(result["locations"].size() == 1, "a result has one location");
      const Json& region = result["locations"][0]["physicalLocation"].value("region", Json::object());
      require(region.value("endColumn", 1U << 30U) > region.value("startColumn", 0U), "an empty region");
    }
  }
  return violations;
}

}  // namespace graphwitness
