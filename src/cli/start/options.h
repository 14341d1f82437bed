#pragma once
/// Options of one command: declared once, which makes the parsing, the --help text and the suggestions.

#include <boost/program_options/options_description.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/start/command.h"
#include "graphwitness/support/error.h"

namespace graphwitness {

/// The command line is wrong, which is not the model's fault.
class UsageError : public InputError {
 public:
  using InputError::InputError;
};

/// What every command that writes a result takes.
struct OutputOptions {
  std::string file;  ///< -o; "": standard output
  std::string color = "auto";
  std::string format = "text";
  bool quiet = false;
};

class Options {
 public:
  /// `positional` receives what is no option.
  Options(const Command& command, std::vector<std::string>& positional);

  /// Declares options; the variables behind them must outlive parse().
  boost::program_options::options_description_easy_init add() { return shown_.add_options(); }
  void add_output(OutputOptions& output);

  /// False when --help was asked for, and printed. Throws UsageError.
  bool parse(const Invocation& call);

 private:
  void print_help(std::ostream& out) const;

  const Command& command_;
  boost::program_options::options_description shown_;
  boost::program_options::options_description hidden_;
};

/// Throws UsageError unless `value` is one of `allowed`.
void require_one_of(std::string_view option, const std::string& value, std::span<const std::string_view> allowed);

/// "a,b,c" into its parts; empty ones are dropped.
std::vector<std::string> split_list(std::string_view text);

}  // namespace graphwitness
