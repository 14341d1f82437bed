#include "frontends/torchscript/worker/code_index.h"

#include <algorithm>

namespace graphwitness::torchscript {
namespace {

/// "name" of "  def name(" or "class name(".
std::string_view name_after(std::string_view line, std::string_view keyword) {
  const std::string_view rest = line.substr(keyword.size());
  return rest.substr(0, rest.find('('));
}

std::string qualifier_of(const std::string& record) {
  std::string qualifier = record.substr(std::string_view("code/").size());
  qualifier.resize(qualifier.size() - std::string_view(".py").size());
  std::ranges::replace(qualifier, '/', '.');
  return qualifier;
}

}  // namespace

CodeIndex::CodeIndex(Archive& archive) : archive_(archive) {
  for (const std::string& record : archive.code()) scan(record);
  for (std::size_t i = 0; i < functions_.size(); ++i) by_name_.emplace(functions_[i].name, i);
}

void CodeIndex::scan(const std::string& record) {
  const std::string_view code = archive_.read(record);
  const std::string qualifier = qualifier_of(record);
  std::string scope = qualifier;
  bool interface = false;
  bool open = false;
  const auto close = [&](std::size_t at) {
    if (open) functions_.back().last = at;
    open = false;
  };
  const auto begin = [&](std::string_view name, std::size_t at) {
    if (interface) return;
    functions_.push_back({.name = scope + '.' + std::string(name), .record = record, .first = at, .last = at});
    open = true;
  };
  for (std::size_t at = 0; at < code.size();) {
    const std::string_view line = code.substr(at, code.find('\n', at) - at);
    const bool outer = !line.empty() && line[0] != ' ';
    if (outer) {
      close(at);
      interface = false;
      scope = qualifier;
    }
    if (line.starts_with("class ")) {
      scope = qualifier + '.' + std::string(name_after(line, "class "));
      interface = line.find("Interface)") != line.npos;
    }
    if (line.starts_with("def ")) begin(name_after(line, "def "), at);
    const bool in_class = scope != qualifier;  // else it is a function inside of a function
    if (in_class && line.starts_with("  def ")) {
      close(at);
      begin(name_after(line, "  def "), at);
    }
    at += line.size() + 1;
  }
  close(code.size());
}

const CodeFunction* CodeIndex::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &functions_[found->second];
}

std::string_view CodeIndex::text(const CodeFunction& function) const {
  return archive_.read(function.record).substr(function.first, function.last - function.first);
}

}  // namespace graphwitness::torchscript
