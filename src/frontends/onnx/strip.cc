#include "frontends/onnx/strip.h"

#include <onnx/onnx_pb.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

enum class Kind : std::uint8_t {
  none,  ///< copied as it is
  model,
  training,
  function,
  graph,
  node,
  attribute,
  tensor,
  sparse_tensor,
  value_info,
  type,
  element_type,  ///< of a sequence or an optional
  map_type,
};

constexpr std::size_t kKinds = static_cast<std::size_t>(Kind::map_type) + 1;
constexpr std::size_t kFields = 32;

struct Child {
  Kind parent;
  int field;
  Kind child;
};

// FunctionProto's attribute_proto (11) and value_info (12) are younger than onnx 1.12.
constexpr auto kChildren = std::to_array<Child>({
    {Kind::model, onnx::ModelProto::kGraphFieldNumber, Kind::graph},
    {Kind::model, onnx::ModelProto::kTrainingInfoFieldNumber, Kind::training},
    {Kind::model, onnx::ModelProto::kFunctionsFieldNumber, Kind::function},
    {Kind::function, onnx::FunctionProto::kNodeFieldNumber, Kind::node},
    {Kind::function, 11, Kind::attribute},
    {Kind::function, 12, Kind::value_info},
    {Kind::graph, onnx::GraphProto::kNodeFieldNumber, Kind::node},
    {Kind::graph, onnx::GraphProto::kInitializerFieldNumber, Kind::tensor},
    {Kind::graph, onnx::GraphProto::kSparseInitializerFieldNumber, Kind::sparse_tensor},
    {Kind::graph, onnx::GraphProto::kInputFieldNumber, Kind::value_info},
    {Kind::graph, onnx::GraphProto::kOutputFieldNumber, Kind::value_info},
    {Kind::graph, onnx::GraphProto::kValueInfoFieldNumber, Kind::value_info},
    {Kind::node, onnx::NodeProto::kAttributeFieldNumber, Kind::attribute},
    {Kind::attribute, onnx::AttributeProto::kTFieldNumber, Kind::tensor},
    {Kind::attribute, onnx::AttributeProto::kTensorsFieldNumber, Kind::tensor},
    {Kind::attribute, onnx::AttributeProto::kGFieldNumber, Kind::graph},
    {Kind::attribute, onnx::AttributeProto::kGraphsFieldNumber, Kind::graph},
    {Kind::attribute, onnx::AttributeProto::kSparseTensorFieldNumber, Kind::sparse_tensor},
    {Kind::attribute, onnx::AttributeProto::kSparseTensorsFieldNumber, Kind::sparse_tensor},
    {Kind::attribute, onnx::AttributeProto::kTpFieldNumber, Kind::type},
    {Kind::attribute, onnx::AttributeProto::kTypeProtosFieldNumber, Kind::type},
    {Kind::sparse_tensor, onnx::SparseTensorProto::kValuesFieldNumber, Kind::tensor},
    {Kind::sparse_tensor, onnx::SparseTensorProto::kIndicesFieldNumber, Kind::tensor},
    {Kind::value_info, onnx::ValueInfoProto::kTypeFieldNumber, Kind::type},
    {Kind::type, onnx::TypeProto::kSequenceTypeFieldNumber, Kind::element_type},
    {Kind::type, onnx::TypeProto::kOptionalTypeFieldNumber, Kind::element_type},
    {Kind::type, onnx::TypeProto::kMapTypeFieldNumber, Kind::map_type},
    {Kind::element_type, onnx::TypeProto_Sequence::kElemTypeFieldNumber, Kind::type},
    {Kind::map_type, onnx::TypeProto_Map::kValueTypeFieldNumber, Kind::type},
});

constexpr auto kChildOf = [] {
  std::array<std::array<Kind, kFields>, kKinds> table{};
  for (const Child& entry : kChildren) {
    table[static_cast<std::size_t>(entry.parent)][static_cast<std::size_t>(entry.field)] = entry.child;
  }
  return table;
}();

Kind child_of(Kind parent, std::uint64_t field) {
  return field < kFields ? kChildOf[static_cast<std::size_t>(parent)][field] : Kind::none;
}

bool holds_data(std::uint64_t tensor_field) {
  switch (tensor_field) {
    case onnx::TensorProto::kFloatDataFieldNumber:
    case onnx::TensorProto::kInt32DataFieldNumber:
    case onnx::TensorProto::kStringDataFieldNumber:
    case onnx::TensorProto::kInt64DataFieldNumber:
    case onnx::TensorProto::kRawDataFieldNumber:
    case onnx::TensorProto::kDoubleDataFieldNumber:
    case onnx::TensorProto::kUint64DataFieldNumber:
      return true;
    default:
      return false;
  }
}

enum Wire : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field in the file: its tag starts at `tag`, what follows the tag (and the length) is [body, end).
struct Field {
  std::uint64_t number;
  std::uint8_t wire;
  std::uint64_t tag;
  std::uint64_t body;
  std::uint64_t end;
};

/// A message that is being copied; the varint of its length in the output is patched when it ends.
struct Frame {
  Kind kind;
  std::uint64_t next;
  std::uint64_t end;
  std::size_t length_at;
};

class Stripper {
 public:
  explicit Stripper(ByteFile& file) : file_(file) {}

  std::string run() {
    frames_.push_back({Kind::model, 0, file_.size(), 0});
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next == frame.end) {
        close();
        continue;
      }
      const Field field = read_field(frame.next, frame.end);
      frame.next = field.end;
      if (field.number != Cut::kFieldNumber) copy(field, frame.kind);
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw InputError("`" + file_.path() + "` " + what); }

  [[noreturn]] void fail_corrupt(std::uint64_t at, const std::string& found) const {
    fail("is not a readable ONNX model: found " + found + " at byte " + std::to_string(at) +
         ", expected a protobuf field; the file is damaged or of another format, export or copy it again");
  }

  [[noreturn]] void fail_truncated(std::uint64_t missing) const {
    const std::string more = missing > 0 ? "at least " + std::to_string(missing) + " more" : "more";
    fail("ends early: found " + std::to_string(file_.size()) + " bytes, expected " + more +
         "; the file is truncated or damaged, export or copy it again");
  }

  std::uint64_t read_varint(std::uint64_t& position, std::uint64_t end) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      if (position == end) {
        if (end == file_.size()) fail_truncated(0);
        fail_corrupt(position, "a number that runs over the end of its message");
      }
      const std::uint8_t byte = file_[position++];
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << (shift < 64 ? shift : 63);
      if (byte < 0x80U) return value;
    }
    fail_corrupt(position, "a number of more than ten bytes");
  }

  Field read_field(std::uint64_t position, std::uint64_t end) {
    Field field{.number = 0, .wire = 0, .tag = position, .body = 0, .end = 0};
    const std::uint64_t tag = read_varint(position, end);
    field.number = tag >> 3U;
    field.wire = tag & 7U;
    if (field.number == 0 || tag > UINT32_MAX) fail_corrupt(field.tag, "a field numbered " + std::to_string(tag >> 3U));
    field.body = position;
    std::uint64_t size = 0;
    switch (field.wire) {
      case Wire::varint:
        read_varint(position, end);
        field.end = position;
        return field;
      case Wire::fixed64:
        size = 8;
        break;
      case Wire::fixed32:
        size = 4;
        break;
      case Wire::bytes:
        size = read_varint(position, end);
        field.body = position;
        break;
      default:
        fail_corrupt(field.tag, "wire type " + std::to_string(field.wire));
    }
    if (size > end - position) {
      if (end == file_.size()) fail_truncated(size - (end - position));
      fail_corrupt(field.tag, "a field of " + std::to_string(size) + " bytes in a message that ends after " +
                                  std::to_string(end - position));
    }
    field.end = position + size;
    return field;
  }

  void copy(const Field& field, Kind parent) {
    const Kind child = field.wire == Wire::bytes ? child_of(parent, field.number) : Kind::none;
    switch (child) {
      case Kind::none:
        keep(field);
        return;
      case Kind::training:
        put_tag(field.number);
        out_.push_back('\0');
        return;
      case Kind::tensor:
        count_entry(field);
        copy_tensor(field);
        return;
      default:
        open(field, child);
    }
  }

  void keep(const Field& field) {
    if (field.end - field.tag > INT32_MAX - std::min<std::size_t>(out_.size(), INT32_MAX)) {
      fail("holds more than 2 GiB beside its tensors, expected a structure that protobuf can hold");
    }
    file_.append(field.tag, field.end, out_);
  }

  void open(const Field& field, Kind kind) {
    count_entry(field);
    if (kind == Kind::graph && ++graph_depth_ > 1 + kMaxGraphDepth) {
      fail("nests subgraphs more than " + std::to_string(kMaxGraphDepth) + " deep, expected fewer");
    }
    if (kind == Kind::type && ++type_depth_ > kMaxTypeDepth) {
      fail("nests types more than " + std::to_string(kMaxTypeDepth) + " deep, expected fewer");
    }
    put_tag(field.number);
    frames_.push_back({kind, field.body, field.end, reserve_length()});
  }

  void close() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (frame.kind == Kind::graph) --graph_depth_;
    if (frame.kind == Kind::type) --type_depth_;
    if (frame.kind != Kind::model) patch_length(frame.length_at);
  }

  /// Millions of empty messages would take a hundred times their bytes in memory; real ones are never that small.
  void count_entry(const Field& field) {
    constexpr std::uint64_t kFree = 1U << 20U;
    constexpr std::uint64_t kLeastBytes = 6;
    if (++entries_ > kFree && entries_ * kLeastBytes > field.end) {
      fail("holds " + std::to_string(entries_) + " entries in its first " + std::to_string(field.end) +
           " bytes, expected at least " + std::to_string(kLeastBytes) + " bytes for each; the file is damaged");
    }
  }

  void copy_tensor(const Field& tensor) {
    Cut cut;
    std::size_t pieces = 0;
    for (std::uint64_t at = tensor.body; at < tensor.end;) {
      const Field field = read_field(at, tensor.end);
      at = field.end;
      if (!holds_data(field.number)) continue;
      cut.length += field.end - field.body;
      const bool other = pieces++ > 0 && cut.field != field.number;
      cut.field = other ? 0 : field.number;
      cut.offset = pieces == 1 ? field.body : Cut::kScattered;
    }
    const bool is_small = cut.length <= kInlineBytes;

    put_tag(tensor.number);
    const std::size_t length_at = reserve_length();
    for (std::uint64_t at = tensor.body; at < tensor.end;) {
      const Field field = read_field(at, tensor.end);
      at = field.end;
      if (field.number == Cut::kFieldNumber || (!is_small && holds_data(field.number))) continue;
      keep(field);
    }
    if (!is_small) put_cut(cut);
    patch_length(length_at);
  }

  void put_cut(const Cut& cut) {
    put_tag(Cut::kFieldNumber);
    out_.push_back(static_cast<char>(sizeof(Cut)));
    out_.append(reinterpret_cast<const char*>(&cut), sizeof(Cut));
  }

  void put_varint(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U) out_.push_back(static_cast<char>(value | 0x80U));
    out_.push_back(static_cast<char>(value));
  }

  void put_tag(std::uint64_t number) { put_varint(number << 3U | Wire::bytes); }

  /// Lengths take five bytes, so that they can be filled in later; protobuf allows the padding.
  std::size_t reserve_length() {
    out_.append(5, '\0');
    return out_.size() - 5;
  }

  void patch_length(std::size_t at) {
    std::uint64_t length = out_.size() - (at + 5);
    for (std::size_t i = 0; i < 5; ++i, length >>= 7U) {
      out_[at + i] = static_cast<char>((length & 0x7FU) | (i < 4 ? 0x80U : 0U));
    }
  }

  ByteFile& file_;
  std::string out_;
  std::vector<Frame> frames_;
  int graph_depth_ = 0;
  int type_depth_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace

std::string strip_weights(ByteFile& file) { return Stripper(file).run(); }

}  // namespace graphwitness
