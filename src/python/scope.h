#pragma once
/// What names of a source file stand for: imports, functions, classes and the attributes that methods assign.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "python/syntax.h"

namespace graphwitness::python {

class Scope {
 public:
  explicit Scope(const Module& module);

  const Expr& operator[](ExprIndex index) const { return module_.exprs[index]; }
  const Module& module() const { return module_; }

  /// Full name behind a chain of attributes whose first name is imported or built in ("torch.nn.functional.pad");
  /// "" when it is something else.
  std::string full_name(ExprIndex expr) const;
  /// A function at the top of the file.
  std::uint32_t function(std::string_view name) const;
  /// A method of a class or of one of its bases in this file.
  std::uint32_t method(std::uint32_t in_class, std::string_view name) const;
  /// The function stays a function in the trace: torch.jit.script and the like decorate it.
  bool is_scripted(std::uint32_t function) const;
  /// A variable at the top of the file, no tensor, that some function, method or lambda of the file changes.
  bool is_changed(std::string_view name) const { return changed_.contains(name); }
  /// Methods other than `__init__` assign the attribute.
  bool is_assigned(std::uint32_t in_class, std::string_view attribute) const;
  /// Some method other than `__init__` reads the attribute.
  bool is_read(std::uint32_t in_class, std::string_view attribute) const;
  /// What the method calls its own object; "" for what is no method.
  std::string_view self_name(std::uint32_t function) const;
  bool is_property(std::uint32_t function) const;

 private:
  struct Attributes {
    std::set<std::string_view> assigned;
    std::set<std::string_view> read;
  };
  void collect(const std::vector<StmtIndex>& body, std::string_view self, Attributes& into) const;
  void collect(ExprIndex expr, std::string_view self, Attributes& into) const;
  bool has_decorator(std::uint32_t function, std::string_view text) const;
  template <class Found>
  void for_bases(std::uint32_t in_class, Found&& found) const;

  const Module& module_;
  std::map<std::string_view, std::string_view> imports_;
  std::map<std::string_view, std::uint32_t> functions_;
  std::map<std::string_view, std::uint32_t> classes_;
  std::vector<Attributes> attributes_;  // by class
  std::set<std::string_view> changed_;
};

}  // namespace graphwitness::python
