#pragma once
/// Which operators PyTorch's TorchScript-based ONNX exporter lowers, by its version and by opset.
///
/// From the exporter's own registry, written down by scripts/exporter_table.py. An operator that is lowered may still
/// be refused where the exporter's code finds a case that it does not handle; the table has its words for those.

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace graphwitness {

/// The files of data/onnx_exporter, oldest version first.
std::span<const std::string_view> exporter_table_texts();

/// What an argument is when the exporter refuses.
struct ArgumentTest {
  enum class Kind : std::uint8_t { is_true, is_false, equals, differs };
  std::size_t index = 0;  ///< as operands count
  std::string_view name;
  Kind kind = Kind::is_true;
  std::string_view value;  ///< to compare with: "None", "2", "reflect"
};

class ExporterTable {
 public:
  enum class Standing : std::uint8_t { none, lowered, partly, refused };

  explicit ExporterTable(std::string_view text);

  std::string_view version() const { return version_; }  ///< of PyTorch: "1.13.1"
  std::int64_t oldest() const { return oldest_; }        ///< opset that it exports to
  std::int64_t newest() const { return newest_; }

  /// `op` as a graph spells it: "aten::relu_". `none` for an overload that the lowering does not take.
  Standing standing(std::string_view op, std::string_view overload, std::int64_t opset) const;
  bool is_exported(std::string_view op, std::string_view overload, std::int64_t opset) const {
    const Standing it = standing(op, overload, opset);
    return it == Standing::lowered || it == Standing::partly;
  }
  /// Each a set of tests: where all hold the exporter refuses, whatever the standing.
  std::vector<std::span<const ArgumentTest>> conditions(std::string_view op, std::int64_t opset) const;
  /// The exporter's words for cases that it refuses, divided by " | ".
  std::string_view refusals(std::string_view op) const;
  /// First opset from `from` on that lowers the operator; 0: none.
  std::int64_t first_opset(std::string_view op, std::string_view overload, std::int64_t from) const;

 private:
  struct Change {
    std::int64_t opset = 0;
    Standing standing = Standing::none;
  };
  struct Overload {
    std::string_view name;
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  struct Condition {
    std::vector<ArgumentTest> tests{};
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  struct Entry {
    std::vector<Change> changes{};
    std::string_view refusals{};
    std::vector<Overload> not_taken{};
    std::vector<Condition> conditions{};
  };
  void read_head(std::string_view line);
  void read_entry(std::string_view line);
  const Entry* find(std::string_view op) const;

  std::string_view version_;
  std::int64_t oldest_ = 0;
  std::int64_t newest_ = 0;
  std::unordered_map<std::string_view, Entry> entries_;
};

/// All tables, oldest version first.
std::vector<ExporterTable> exporter_tables();

}  // namespace graphwitness
