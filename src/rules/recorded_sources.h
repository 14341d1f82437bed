#pragma once
/// The user's Python files that a recording went through, read and followed once for all rules.
///
/// A file counts only if each function that the recording names is where the recording says: a file that was edited
/// since says nothing about the graph.

#include <map>
#include <string>
#include <vector>

#include "graphwitness/rules/rule.h"
#include "python/losses.h"

namespace graphwitness {

class RecordedSources {
 public:
  RecordedSources(const Graph& graph, const RuleOptions& options);

  struct Found {
    python::Loss loss;
    SourceSpan place;
    NodeId near;  ///< a node that was recorded in the same function, on the same line if there is one
  };
  const std::vector<Found>& losses() const { return losses_; }
  /// Something was found on the line.
  bool is_lossy(Symbol file, std::uint32_t line, std::string_view rule) const;

  /// Null when the file is not at hand, or is not what was recorded.
  const python::Module* module(Symbol file) const;
  std::string line(Symbol file, std::uint32_t number) const;
  bool mentions(Symbol file, std::string_view text) const;

 private:
  struct File {
    std::string text;
    std::uint32_t first_line = 1;
    python::Module module;
    std::map<std::uint32_t, python::Visit> visits;  // by function
    std::map<std::uint32_t, NodeId> near;           // by line
    std::map<std::uint32_t, NodeId> near_function;  // by function
    bool is_other = false;                          ///< not the file that was recorded
  };
  void read_files(const RuleOptions& options);
  void visit(LocationId frame, NodeId node);
  void enter(FunctionId function);
  void follow();
  File* file(Symbol symbol);

  const Graph& graph_;
  std::map<Symbol, File> files_;
  std::vector<Found> losses_;
};

}  // namespace graphwitness
