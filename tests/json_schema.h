#pragma once
/// Checks JSON against a schema: the keywords that the schemas in docs/ use. An unknown keyword is a failure, so that
/// no schema can promise what nobody checks.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace graphwitness {

/// One line for each place that does not fit; empty when all does.
std::vector<std::string> schema_violations(const nlohmann::json& schema, const nlohmann::json& value);

/// The schema docs/NAME.schema.json, or of another folder.
nlohmann::json read_schema(const std::string& name, const std::string& folder = "docs");

/// Whether a SARIF log keeps the rules of the published schema, and those that no schema can tell: indices that fit,
/// regions that are not empty.
std::vector<std::string> sarif_violations(const nlohmann::json& log);

}  // namespace graphwitness
