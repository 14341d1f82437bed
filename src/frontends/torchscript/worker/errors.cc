#include "frontends/torchscript/worker/errors.h"

#include <cctype>
#include <string_view>

#include "frontends/torchscript/worker/libtorch.h"

namespace graphwitness::torchscript {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

/// `File "code/__torch__.py", line 12` of the text, if it is there: " (code/__torch__.py, line 12)".
std::string place_in_code(std::string_view text) {
  constexpr std::string_view kFile = "File \"code/";
  const std::size_t at = text.find(kFile);
  if (at == text.npos) return {};
  std::string_view line = text.substr(at + std::string_view("File \"").size());
  line = line.substr(0, line.find('\n'));
  const std::size_t quote = line.find('"');
  if (quote == line.npos) return {};
  return " (`" + std::string(line.substr(0, quote)) + "`" + std::string(line.substr(quote + 1)) + ")";
}

}  // namespace

std::string one_line(const std::exception& error) {
  const auto* libtorch = dynamic_cast<const c10::Error*>(&error);
  const std::string whole = libtorch == nullptr ? error.what() : libtorch->what_without_backtrace();
  std::string_view text = trim(whole);
  // An assertion of LibTorch names its own file; what it is about stands behind the request to report it.
  constexpr std::string_view kReport = "please report a bug to PyTorch.";
  if (const std::size_t report = text.find(kReport); report != text.npos) {
    text = trim(text.substr(report + kReport.size()));
    if (text.empty()) text = "damaged or malformed code";
  }
  std::string line(trim(text.substr(0, text.find('\n'))));
  while (!line.empty() && (line.back() == '.' || line.back() == ':')) line.pop_back();
  if (line.size() > 1 && std::islower(static_cast<unsigned char>(line[1])) != 0) {
    line[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(line[0])));
  }
  return line + place_in_code(text);
}

}  // namespace graphwitness::torchscript
