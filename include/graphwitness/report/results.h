#pragma once
/// What a command found as a plain list of results, and the writers for programs that show such lists: code hosts
/// (SARIF), CI jobs (workflow commands), pull requests (Markdown). Each command makes the list of its own report; the
/// writers know none of the commands.

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "graphwitness/findings/finding.h"

namespace graphwitness {

struct ResultRule {
  std::string id;
  std::string summary;    ///< one line
  std::string help = {};  ///< its page, in Markdown; "": none
};

struct ResultPlace {
  std::string file;              ///< a path from the current folder, or absolute
  std::uint32_t line = 0;        ///< from 1; 0: the whole file
  std::uint32_t column = 0;      ///< from 1, in characters; 0: unknown
  std::uint32_t end_column = 0;  ///< one past the last; 0: unknown
  std::string node = {};         ///< the value of the graph that is meant, "forward/encoder/%7"; "": none
  std::string message = {};      ///< what is there
};

struct Result {
  std::string rule;
  Severity severity = Severity::warning;
  std::string message;       ///< one line
  std::string details = {};  ///< more lines, "keeps: ...", "fix: ..."
  std::string model;         ///< the file that was looked at
  ResultPlace at;
  std::vector<ResultPlace> flow = {};     ///< the way to what was found, in its order
  std::vector<ResultPlace> stack = {};    ///< the calls behind `at`, innermost first
  std::vector<ResultPlace> related = {};  ///< other places to look at
  std::string fingerprint = {};           ///< the same for the same finding in another run; "": none
  std::optional<Suppression> suppressed = {};
};

/// A model, or a pair, and what came out of it.
struct ResultTarget {
  std::string model;
  std::string outcome;     ///< a few words: "2 errors", "outputs agree in 5 samples"
  std::string error = {};  ///< why it could not be looked at; one line
};

struct ResultLog {
  std::vector<ResultRule> rules;
  std::vector<ResultTarget> targets;
  std::vector<Result> results;
  std::vector<std::string> errors = {};   ///< what kept models from being looked at, one line each
  std::vector<std::string> remarks = {};  ///< one line each
};

/// SARIF 2.1.0: a log of one run of this tool.
void write_sarif(std::ostream& out, const ResultLog& log);

/// The commands by which a GitHub workflow marks lines of a pull request: `::error file=...`.
void write_workflow_commands(std::ostream& out, const ResultLog& log);

/// A summary for a pull request or a job's page.
void write_markdown(std::ostream& out, const ResultLog& log);

}  // namespace graphwitness
