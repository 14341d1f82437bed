#pragma once
/// Tensors as an archive's pickles describe them: type and place in the file, checked, their data not read.
///
/// Limits: a sparse, meta or otherwise unusual tensor, and one in an archive of other byte order, is known by name
/// only: its data counts as absent.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "frontends/torchscript/worker/archive.h"
#include "frontends/torchscript/worker/pickle.h"
#include "graphwitness/ir/builder.h"

namespace graphwitness::torchscript {

struct StoredTensor {
  DType dtype = DType::unknown;
  bool strided = false;  ///< false: sizes, strides and place are unknown
  std::vector<std::int64_t> sizes{};
  std::vector<std::int64_t> strides{};  ///< empty: contiguous
  std::string record{};                 ///< name in the archive
  std::uint64_t offset = 0;             ///< of the first element in the record, in bytes
  std::uint64_t length = 0;             ///< bytes from the first to the last element

  std::int64_t element_count() const;
};

/// Adds the tensors of one pickle ("data" or "constants") to the graph.
class StoredTensors {
 public:
  /// Constants and plain attributes with at most so many elements are copied into the graph.
  static constexpr std::int64_t kMostInline = 64;

  StoredTensors(Archive& archive, const Pickle& pickle, std::string_view folder, GraphBuilder& builder);

  /// Whether the item is a tensor of any kind.
  bool is_tensor(ItemId item) const;
  /// Throws InputError when the tensor does not fit its record.
  StoredTensor describe(ItemId item) const;
  TypeId type(const StoredTensor& tensor) const;
  TensorId add(const StoredTensor& tensor, std::string_view name, bool copy_small) const;

 private:
  void read_storage(ItemId storage, StoredTensor& tensor) const;
  std::vector<std::int64_t> integers(ItemId list) const;
  void place(StoredTensor& tensor, std::int64_t first_element) const;
  std::vector<std::byte> copy(const StoredTensor& tensor) const;

  Archive& archive_;
  const Pickle& pickle_;
  std::string folder_;
  GraphBuilder& builder_;
  bool other_byte_order_ = false;
};

}  // namespace graphwitness::torchscript
