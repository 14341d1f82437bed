#pragma once
/// Where each piece of an archive's code came from: the records that `torch.jit.save` writes beside it.
///
/// The record of scripted code holds the text of the Python function and the range of an expression in it; that of
/// traced code holds the Python stack, one line a frame. Limits: the text of all records together, `kMostText` bytes.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/torchscript/worker/archive.h"
#include "frontends/torchscript/worker/pickle.h"

namespace graphwitness::torchscript {

/// A line "file(line): function" of a Python stack.
struct StackFrame {
  std::string file;
  std::uint32_t line = 0;
  std::string function;
};

/// What one record says of where code came from.
struct DebugSource {
  std::string file;              ///< "": unknown
  std::uint32_t first_line = 0;  ///< of `text` in the file
  std::string text;              ///< of a Python function; empty for a stack
  std::vector<std::size_t> line_starts;
  bool traced = false;
  std::vector<StackFrame> stack;  ///< of traced code, innermost first, up to the tracer; may be empty
};

struct DebugRange {
  std::uint64_t code_offset = 0;  ///< first byte of the code that it holds for
  const DebugSource* source = nullptr;
  std::uint64_t start = 0;  ///< in the source's text
  std::uint64_t end = 0;
};

struct LineAndColumns {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t end_column = 0;  ///< 0: the range ends on another line
};

/// Lines and columns from 1 as an editor counts them.
LineAndColumns locate(const DebugRange& range);

class DebugRecords {
 public:
  static constexpr std::size_t kMostText = std::size_t{256} << 20U;

  explicit DebugRecords(Archive& archive) : archive_(archive) {}

  /// Null when nothing is known of the code at this byte of the record ("code/__torch__.py").
  const DebugRange* find(const std::string& code_record, std::uint64_t offset);
  /// All ranges that start in [first, last) of the code. Those without a source are not there.
  std::vector<const DebugRange*> within(const std::string& code_record, std::uint64_t first, std::uint64_t last);
  /// False: the archive was saved or stripped without debug records for this code.
  bool has(const std::string& code_record) const { return archive_.find(code_record + ".debug_pkl") != nullptr; }

 private:
  struct Reader;
  const std::vector<DebugRange>& ranges(const std::string& code_record);

  Archive& archive_;
  std::unordered_map<std::string, std::vector<DebugRange>> by_record_;
  /// By file, first line and text, so that one function that several records name is one source.
  std::map<std::string, DebugSource> sources_;
  std::size_t text_ = 0;
};

}  // namespace graphwitness::torchscript
