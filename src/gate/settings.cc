#include "gate/settings.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <system_error>

#include "graphwitness/support/error.h"
#include "support/read_file.h"
#include "support/suggest.h"

namespace graphwitness::gate {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kKeys{"for",         "fail-on",  "select",   "ignore",  "target",
                                                "source-root", "baseline", "severity", "override"};
constexpr std::array<std::string_view, 7> kOverrideKeys{"rules",    "file",   "module", "model",
                                                        "severity", "reason", "expires"};
constexpr std::array<std::string_view, 2> kPurposes{"trace", "script"};
constexpr std::array<std::string_view, 4> kFailOn{"note", "warning", "error", "never"};
constexpr std::array<std::string_view, 3> kSeverities{"note", "warning", "error"};
constexpr std::array<std::string_view, 4> kOverrideSeverities{"note", "warning", "error", "off"};

class Reader {
 public:
  Reader(const std::string& path, std::span<const std::string_view> rules) : path_(path), rules_(rules) {}

  Settings read(const toml::table& root) {
    require_keys(root, kKeys);
    Settings settings{.path = path_};
    settings.purpose = choice(root, "for", kPurposes);
    settings.fail_on = choice(root, "fail-on", kFailOn);
    settings.select = rule_list(root, "select");
    settings.ignore = rule_list(root, "ignore");
    settings.target = text(root, "target");
    settings.source_root = beside(text(root, "source-root"));
    settings.baseline = beside(text(root, "baseline"));
    if (const toml::node* severities = root.get("severity")) read_severities(*severities, settings);
    if (const toml::node* overrides = root.get("override")) read_overrides(*overrides, settings);
    return settings;
  }

 private:
  [[noreturn]] void fail(const toml::source_region& at, const std::string& message) const {
    throw InputError(fmt::format("`{}`, line {}: {}", path_, at.begin.line, message));
  }

  void require_keys(const toml::table& table, std::span<const std::string_view> known) const {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      fail(key.source(), fmt::format("unknown key `{}`{}", key.str(), suggestion(key.str(), known)));
    }
  }

  static std::string suggestion(std::string_view typed, std::span<const std::string_view> known) {
    const std::string meant = did_you_mean(typed, known);
    return meant.empty() ? fmt::format(", expected one of {}", fmt::join(known, ", ")) : meant;
  }

  std::string text(const toml::table& table, std::string_view key) const {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return {};
    if (!node->is_string()) fail(node->source(), fmt::format("`{}` is no string", key));
    if (node->as_string()->get().empty()) fail(node->source(), fmt::format("`{}` is empty", key));
    return node->as_string()->get();
  }

  std::string choice(const toml::table& table, std::string_view key, std::span<const std::string_view> allowed) const {
    std::string value = text(table, key);
    if (!value.empty()) require_choice(table.get(key)->source(), key, value, allowed);
    return value;
  }

  void require_choice(const toml::source_region& at, std::string_view key, std::string_view value,
                      std::span<const std::string_view> allowed) const {
    if (std::ranges::find(allowed, value) != allowed.end()) return;
    fail(at, fmt::format("`{}` is `{}`, expected {}{}", key, value, fmt::join(allowed, ", "),
                         did_you_mean(value, allowed)));
  }

  void require_rule(const toml::source_region& at, std::string_view name) const {
    if (std::ranges::find(rules_, name) != rules_.end()) return;
    const std::string meant = did_you_mean(name, rules_);
    fail(at, fmt::format("unknown rule `{}`{}", name, meant.empty() ? "; `graphwitness rules` lists them" : meant));
  }

  std::vector<std::string> rule_list(const toml::table& table, std::string_view key) const {
    const toml::node* const node = table.get(key);
    if (node == nullptr) return {};
    if (!node->is_array()) fail(node->source(), fmt::format("`{}` is no list of rules", key));
    std::vector<std::string> names;
    for (const toml::node& item : *node->as_array()) {
      if (!item.is_string()) fail(item.source(), fmt::format("`{}` holds what is no rule's name", key));
      require_rule(item.source(), item.as_string()->get());
      names.push_back(item.as_string()->get());
    }
    return names;
  }

  static Severity severity_named(std::string_view name) {
    if (name == "note") return Severity::note;
    return name == "warning" ? Severity::warning : Severity::error;
  }

  void read_severities(const toml::node& node, Settings& settings) const {
    if (!node.is_table()) fail(node.source(), "`severity` is no table of rules");
    for (const auto& [rule, severity] : *node.as_table()) {
      require_rule(rule.source(), rule.str());
      if (!severity.is_string()) fail(severity.source(), fmt::format("the severity of `{}` is no string", rule.str()));
      require_choice(severity.source(), rule.str(), severity.as_string()->get(), kSeverities);
      settings.severities.emplace(rule.str(), severity_named(severity.as_string()->get()));
    }
  }

  void read_overrides(const toml::node& node, Settings& settings) const {
    const toml::array* const list = node.as_array();
    if (list == nullptr) fail(node.source(), "`override` is no list, expected `[[override]]`");
    for (const toml::node& item : *list) {
      if (!item.is_table()) fail(item.source(), "`override` holds what is no table, expected `[[override]]`");
      settings.overrides.push_back(read_override(*item.as_table()));
    }
  }

  Override read_override(const toml::table& table) const {
    require_keys(table, kOverrideKeys);
    Override one{.rules = rule_list(table, "rules"),
                 .file = text(table, "file"),
                 .module = text(table, "module"),
                 .model = text(table, "model"),
                 .reason = text(table, "reason"),
                 .line = table.source().begin.line};
    const std::string severity = choice(table, "severity", kOverrideSeverities);
    if (severity.empty()) fail(table.source(), "the override has no `severity`, expected note, warning, error or off");
    if (severity != "off") one.severity = severity_named(severity);
    if (one.rules.empty() && one.file.empty() && one.module.empty() && one.model.empty()) {
      fail(table.source(), "the override fits everything, expected one of rules, file, module, model");
    }
    if (const toml::node* expires = table.get("expires")) one.expires = date(*expires);
    return one;
  }

  /// As text that sorts like dates do.
  std::string date(const toml::node& node) const {
    if (!node.is_date()) fail(node.source(), "`expires` is no date, expected one such as 2027-01-31 without quotes");
    const toml::date& day = node.as_date()->get();
    return fmt::format("{:04}-{:02}-{:02}", day.year, day.month, day.day);
  }

  std::string beside(const std::string& path) const {
    return path.empty() ? path : (fs::path(path_).parent_path() / path).lexically_normal().string();
  }

  const std::string& path_;
  std::span<const std::string_view> rules_;
};

}  // namespace

Settings parse_settings(std::string_view text, const std::string& path, std::span<const std::string_view> rules) {
  toml::table root;
  try {
    root = toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    throw InputError(fmt::format("`{}`, line {}: {}", path, error.source().begin.line, error.description()));
  }
  return Reader(path, rules).read(root);
}

Settings read_settings(const std::string& path, std::span<const std::string_view> rules) {
  constexpr std::size_t kLargest = 1U << 20U;
  return parse_settings(read_small_file(path, kLargest), path, rules);
}

std::string find_settings(const fs::path& folder) {
  std::error_code ignored;
  fs::path shown;
  for (fs::path at = fs::absolute(folder, ignored);; at = at.parent_path(), shown /= "..") {
    if (fs::is_regular_file(at / "graphwitness.toml", ignored)) return (shown / "graphwitness.toml").string();
    if (at == at.parent_path()) return {};
  }
}

}  // namespace graphwitness::gate
