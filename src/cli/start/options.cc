#include "cli/start/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/program_options/variables_map.hpp>
#include <iterator>

#include "support/suggest.h"

namespace graphwitness {
namespace {

namespace po = boost::program_options;

constexpr unsigned int kHelpWidth = 110;
constexpr const char* kPositional = "positional";

std::string unknown_option(const std::string& typed, const po::options_description& known) {
  std::vector<std::string> names;
  for (const auto& option : known.options()) names.push_back("--" + option->long_name());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return fmt::format("unknown option `{}`{}", typed, did_you_mean(typed, views));
}

}  // namespace

Options::Options(const Command& command, std::vector<std::string>& positional)
    : command_(command), shown_("options", kHelpWidth, kHelpWidth / 2) {
  hidden_.add_options()(kPositional, po::value(&positional));
}

void Options::add_output(OutputOptions& output) {
  add()("output,o", po::value(&output.file)->value_name("FILE"), "write the result to FILE")(
      "color", po::value(&output.color)->value_name("WHEN"), "colours: auto (default), always or never")(
      "quiet,q", po::bool_switch(&output.quiet), "no remarks, no progress, no summary");
}

bool Options::parse(const Invocation& call) {
  add()("help,h", "print this help");
  po::options_description all;
  all.add(shown_).add(hidden_);
  po::positional_options_description positional;
  positional.add(kPositional, -1);
  const std::vector<std::string> arguments(call.arguments.begin(), call.arguments.end());
  // No guessing: what a beginning of an option means changes with every option that is added.
  constexpr int kStyle = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
  try {
    po::variables_map values;
    po::store(po::command_line_parser(arguments).options(all).positional(positional).style(kStyle).run(), values);
    if (values.contains("help")) {
      print_help(call.out);
      return false;
    }
    po::notify(values);
  } catch (const po::unknown_option& error) {
    throw UsageError(unknown_option(error.get_option_name(), shown_));
  } catch (const po::error& error) {
    std::string message = error.what();
    std::ranges::replace(message, '\'', '`');
    throw UsageError(message);
  }
  return true;
}

void Options::print_help(std::ostream& out) const {
  out << fmt::format("graphwitness {}: {}\n\nusage: graphwitness {} {}\n\n", command_.name, command_.summary,
                     command_.name, command_.usage)
      << shown_ << fmt::format("\nexample:\n  {}\n", command_.example);
}

void require_one_of(std::string_view option, const std::string& value, std::span<const std::string_view> allowed) {
  if (std::ranges::find(allowed, value) != allowed.end()) return;
  throw UsageError(fmt::format("`{}` is `{}`, expected {}{}", option, value, fmt::join(allowed, ", "),
                               did_you_mean(value, allowed)));
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (end != 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace graphwitness
