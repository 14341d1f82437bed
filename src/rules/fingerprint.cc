#include "rules/fingerprint.h"

#include <array>
#include <charconv>
#include <map>
#include <string>
#include <string_view>

#include "python/tokens.h"

namespace graphwitness {
namespace {

constexpr std::uint64_t kStart = 0xcbf29ce484222325U;

std::uint64_t fnv1a(std::uint64_t hash, std::string_view text) {
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return (hash ^ 0xFFU) * 0x100000001b3U;  // ends the field
}

std::string hex(std::uint64_t value) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16).ptr;
  const std::string text(digits.data(), end);
  return std::string(digits.size() - text.size(), '0') + text;
}

/// Layout and comments do not count.
std::uint64_t add_source(std::uint64_t hash, std::string_view line) {
  for (const python::Token& token : python::tokenize(line)) {
    if (!token.text.empty()) hash = fnv1a(hash, token.text);
  }
  return hash;
}

std::uint64_t add_operators(std::uint64_t hash, const Finding& finding) {
  hash = fnv1a(hash, finding.op);
  for (const TrailStep& step : finding.trail) hash = fnv1a(hash, step.op);
  return hash;
}

std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

void set_fingerprints(std::vector<Finding>& findings) {
  std::map<std::uint64_t, std::uint32_t> seen;
  for (Finding& finding : findings) {
    std::uint64_t place = fnv1a(kStart, finding.rule);
    place = fnv1a(place, base_name(finding.at.recorded_file));
    place = fnv1a(place, finding.function);
    finding.structure = hex(add_operators(place, finding));
    const std::uint64_t hash = finding.at.text.empty() ? add_operators(fnv1a(place, finding.module), finding)
                                                       : add_source(place, finding.at.text);
    const std::uint32_t ordinal = seen[hash]++;
    finding.fingerprint = hex(ordinal == 0 ? hash : fnv1a(hash, std::to_string(ordinal)));
  }
}

}  // namespace graphwitness
