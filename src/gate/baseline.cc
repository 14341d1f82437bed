#include "gate/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <tuple>
#include <utility>

#include "graphwitness/support/error.h"
#include "support/escape.h"
#include "support/read_file.h"

namespace graphwitness::gate {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

fs::path folder_of(const std::string& baseline) {
  std::error_code ignored;
  return fs::absolute(baseline, ignored).lexically_normal().parent_path();
}

/// A model as the baseline calls it, so that it can be read from any folder.
std::string called(const std::string& model, const std::string& baseline) {
  std::error_code ignored;
  return printable(fs::absolute(model, ignored).lexically_normal().lexically_proximate(folder_of(baseline)).string());
}

Severity severity_named(const std::string& name) {
  for (const Severity severity : {Severity::note, Severity::warning, Severity::error}) {
    if (name == name_of(severity)) return severity;
  }
  throw InputError(fmt::format("the severity `{}`, expected note, warning or error", shortened(name, 40)));
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string())
    throw InputError(fmt::format("an entry without the text `{}`", key));
  return found->get<std::string>();
}

BaselineEntry entry_of(const Json& object) {
  if (!object.is_object()) throw InputError("an entry that is no object");
  return {.model = text_of(object, "model"),
          .rule = text_of(object, "rule"),
          .severity = severity_named(text_of(object, "severity")),
          .fingerprint = text_of(object, "fingerprint"),
          .structure = text_of(object, "structure"),
          .file = text_of(object, "file"),
          .message = text_of(object, "message")};
}

std::vector<BaselineEntry> entries_of(const Json& root) {
  const auto version = root.is_object() ? root.find("version") : root.end();
  if (!root.is_object() || version == root.end())
    throw InputError("something else, expected what `--write-baseline` wrote");
  if (*version != 1) throw InputError("another version, expected 1; write it again with `--write-baseline`");
  const auto findings = root.find("findings");
  if (findings == root.end() || !findings->is_array()) throw InputError("no list of findings");
  std::vector<BaselineEntry> entries;
  for (const Json& object : *findings) entries.push_back(entry_of(object));
  return entries;
}

/// By what an entry and a finding are held against each other.
struct Identity {
  std::string BaselineEntry::*of_entry;
  std::string Finding::*of_finding;
};
constexpr std::array<Identity, 2> kIdentities{
    {{&BaselineEntry::fingerprint, &Finding::fingerprint}, {&BaselineEntry::structure, &Finding::structure}}};

/// Entries of one model that no finding has taken yet.
class Known {
 public:
  void add(const BaselineEntry& entry) {
    for (std::size_t i = 0; i < kIdentities.size(); ++i)
      by_key_[i][{entry.rule, entry.*kIdentities[i].of_entry}].push_back(slots_.size());
    slots_.push_back({&entry, false});
  }

  /// Takes an entry that fits, if there is one.
  bool take(const Finding& finding, std::size_t key) {
    const auto found = by_key_[key].find({finding.rule, finding.*kIdentities[key].of_finding});
    if (found == by_key_[key].end()) return false;
    std::vector<std::size_t>& left = found->second;
    std::erase_if(left, [&](std::size_t i) { return slots_[i].taken; });
    const auto fits =
        std::ranges::find_if(left, [&](std::size_t i) { return slots_[i].entry->severity >= finding.severity; });
    if (fits == left.end()) return false;
    slots_[*fits].taken = true;
    return true;
  }

  void add_left(std::vector<BaselineEntry>& left, const auto& wanted) const {
    for (const Slot& slot : slots_) {
      if (!slot.taken && wanted(*slot.entry)) left.push_back(*slot.entry);
    }
  }

 private:
  struct Slot {
    const BaselineEntry* entry = nullptr;
    bool taken = false;
  };
  std::vector<Slot> slots_;
  std::array<std::map<std::pair<std::string, std::string>, std::vector<std::size_t>>, kIdentities.size()> by_key_;
};

std::vector<Finding*> countable(ModelReport& model) {
  std::vector<Finding*> findings;
  for (Finding& finding : model.findings) {
    if (!finding.suppressed) findings.push_back(&finding);
  }
  return findings;
}

/// First by fingerprint, all of them, so that an edited line cannot take the entry of one that is as it was.
void mark_known(ModelReport& model, Known& known, const std::string& baseline) {
  for (std::size_t key = 0; key < kIdentities.size(); ++key) {
    for (Finding* finding : countable(model)) {
      if (known.take(*finding, key)) finding->suppressed = Suppression{Suppression::By::baseline, baseline};
    }
  }
}

bool is_gone(const std::string& model, const std::string& baseline) {
  std::error_code ignored;
  return !fs::exists(folder_of(baseline) / model, ignored);
}

}  // namespace

Baseline parse_baseline(std::string_view text, const std::string& path) {
  Baseline baseline{.path = path};
  try {
    const Json root = Json::parse(text);
    baseline.entries = entries_of(root);
  } catch (const Json::exception&) {
    throw InputError(fmt::format("the baseline `{}` is no JSON, expected what `--write-baseline` wrote", path));
  } catch (const InputError& error) {
    throw InputError(fmt::format("the baseline `{}` holds {}", path, error.what()));
  }
  return baseline;
}

Baseline read_baseline(const std::string& path) {
  constexpr std::size_t kLargest = 64U << 20U;
  return parse_baseline(read_small_file(path, kLargest), path);
}

std::vector<BaselineEntry> apply_baseline(Report& report, const Baseline& baseline,
                                          const std::set<std::string, std::less<>>& run_rules) {
  std::map<std::string, Known> by_model;
  for (const BaselineEntry& entry : baseline.entries) by_model[entry.model].add(entry);
  const auto has_run = [&](const BaselineEntry& entry) { return run_rules.contains(entry.rule); };
  std::vector<BaselineEntry> left;
  std::set<std::string> seen;
  for (ModelReport& model : report.models) {
    const std::string name = called(model.path, baseline.path);
    const auto known = by_model.find(name);
    if (known == by_model.end() || !seen.insert(name).second) continue;
    if (!model.error.empty()) continue;
    mark_known(model, known->second, baseline.path);
    known->second.add_left(left, has_run);
  }
  for (const auto& [name, known] : by_model) {
    if (!seen.contains(name) && is_gone(name, baseline.path)) known.add_left(left, [](const auto&) { return true; });
  }
  return left;
}

Baseline new_baseline(const Report& report, const std::string& path, const Baseline& before,
                      const std::set<std::string, std::less<>>& run_rules) {
  Baseline baseline{.path = path};
  std::set<std::string> seen;
  for (const ModelReport& model : report.models) {
    const std::string name = called(model.path, path);
    if (!model.error.empty() || !seen.insert(name).second) continue;
    for (const Finding& finding : model.findings) {
      if (finding.suppressed && finding.suppressed->by != Suppression::By::baseline) continue;
      baseline.entries.push_back({name, finding.rule, finding.severity, finding.fingerprint, finding.structure,
                                  printable(finding.at.file), printable(finding.message)});
    }
  }
  for (const BaselineEntry& entry : before.entries) {
    const std::string model = called((folder_of(before.path) / entry.model).string(), path);
    if (is_gone(model, path) || (seen.contains(model) && run_rules.contains(entry.rule))) continue;
    baseline.entries.push_back(entry);
    baseline.entries.back().model = model;
  }
  return baseline;
}

std::string to_text(const Baseline& baseline) {
  std::vector<BaselineEntry> entries = baseline.entries;
  std::ranges::sort(entries, {}, [](const BaselineEntry& one) {
    return std::tie(one.model, one.file, one.rule, one.message, one.fingerprint);
  });
  // One line an entry, so that a difference of two baselines can be read.
  std::string text = "{\"version\": 1, \"tool\": \"graphwitness\", \"findings\": [";
  for (const BaselineEntry& one : entries) {
    const Json object{{"model", one.model},
                      {"rule", one.rule},
                      {"severity", name_of(one.severity)},
                      {"fingerprint", one.fingerprint},
                      {"structure", one.structure},
                      {"file", one.file},
                      {"message", one.message}};
    text += (text.ends_with('[') ? "\n  " : ",\n  ") + object.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text + "\n]}\n";
}

}  // namespace graphwitness::gate
