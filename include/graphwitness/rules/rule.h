#pragma once
/// How a rule is written: one constant and one function. style: three new files, no list edited.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeindex>
#include <unordered_map>
#include <vector>

#include "graphwitness/findings/finding.h"
#include "graphwitness/ir/graph.h"
#include "graphwitness/ir/text.h"

namespace graphwitness {

/// What becomes of a scripted archive: it will be traced (or exported by tracing), or ships as it is.
enum class Purpose : std::uint8_t { trace, script };

struct RuleOptions {
  Purpose purpose = Purpose::trace;
  std::string source_root = {};             ///< folder in which recorded Python files are looked for first; "": none
  bool reads_weights = false;               ///< rules that need tensor data may read it
  std::int64_t target_opset = 0;            ///< the ONNX opset that the model is to be exported for; 0: none named
  std::vector<std::string> free_dims = {};  ///< dimensions that must stay free, as `--dim` names them
};

class Pairing;

/// What one rule sees of one model, and where it reports.
class RuleContext {
 public:
  /// `pairing` is the pair that the graph is one of.
  RuleContext(const Graph& graph, const RuleOptions& options, const Pairing* pairing = nullptr);
  ~RuleContext();

  const Graph& graph() const { return graph_; }
  const RuleOptions& options() const { return options_; }
  /// Null when the model is checked alone.
  const Pairing* pairing() const { return pairing_; }

  /// A(const Graph&), or A(const Graph&, const RuleOptions&), computed once a Graph, shared by all rules.
  template <class A>
  const A& analysis() {
    auto& slot = analyses_[std::type_index(typeid(A))];
    if (!slot) {
      if constexpr (std::is_constructible_v<A, const Graph&, const RuleOptions&>) {
        slot = std::make_shared<A>(graph_, options_);
      } else {
        slot = std::make_shared<A>(graph_);
      }
    }
    return *static_cast<const A*>(slot.get());
  }

  /// Adds a finding located at a node (none: the graph as a whole), with the severity given. `explain` fills in what is
  /// costly to find out (trail, fix); it is called after findings of one line and cause have been merged.
  void report(NodeId at, Severity severity, std::string message, std::function<void(Finding&)> explain = {});

  /// The same at a place of the Python source that no node stands for; `near` is a node of the same call, if there is
  /// one.
  void report_at(SourceSpan place, NodeId near, Severity severity, std::string message,
                 std::function<void(Finding&)> explain = {});

  /// The place of a node as a finding shows it: innermost frame outside `torch/`.
  SourceSpan span_of(NodeId node) const;
  std::string_view label(ValueId value) const;

  struct Report {
    Finding finding;
    std::function<void(Finding&)> explain;
  };

 private:
  friend class RuleRunner;
  const Graph& graph_;
  const RuleOptions& options_;
  const Pairing* pairing_;
  std::string_view rule_;
  std::vector<Report> reports_;
  std::unordered_map<std::type_index, std::shared_ptr<const void>> analyses_;
  mutable std::unique_ptr<ValueLabels> labels_;
};

struct Rule {
  std::string_view id;       ///< kebab-case; names the test and the docs page
  std::string_view summary;  ///< one line, for `rules`
  void (*run)(RuleContext&);
};

}  // namespace graphwitness
