#pragma once
/// SARIF 2.1.0, as code hosts read it: a log of one run of this tool. Who reports something fills in rules and results.

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness {

struct SarifRule {
  std::string id;
  std::string summary;    ///< one line
  std::string help = {};  ///< its page, in Markdown; "": none
};

struct SarifPlace {
  std::string file;              ///< a path; becomes a URI
  std::uint32_t line = 0;        ///< from 1; 0: the whole file
  std::uint32_t column = 0;      ///< from 1; 0: unknown
  std::uint32_t end_column = 0;  ///< one past the last; 0: unknown
  std::string message = {};      ///< of related places: what is there
};

struct SarifResult {
  std::string rule;
  std::string_view level = "warning";  ///< "error", "warning" or "note"
  std::string message;
  SarifPlace at;
  std::vector<SarifPlace> related = {};
  std::string fingerprint = {};  ///< the same for the same finding in another run; "": none
  bool suppressed = false;
};

struct SarifLog {
  std::vector<SarifRule> rules;
  std::vector<SarifResult> results;
  /// What kept a model from being looked at, one line each.
  std::vector<std::string> errors;
};

void write_sarif(std::ostream& out, const SarifLog& log);

/// A path as a URI reference: what a URI may not hold is percent-encoded.
std::string uri_of(std::string_view path);

}  // namespace graphwitness
