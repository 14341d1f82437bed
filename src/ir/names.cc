// Spellings of the IR's enumerators, one table an enumeration.

#include <array>

#include "graphwitness/ir/graph.h"

namespace graphwitness {
namespace {

struct DTypeInfo {
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array kDTypes = std::to_array<DTypeInfo>({
    {"?", 0},      {"bool", 1},  {"i4", 0},       {"i8", 1},         {"i16", 2},    {"i32", 4},        {"i64", 8},
    {"u4", 0},     {"u8", 1},    {"u16", 2},      {"u32", 4},        {"u64", 8},    {"f16", 2},        {"bf16", 2},
    {"f32", 4},    {"f64", 8},   {"f8e4m3fn", 1}, {"f8e4m3fnuz", 1}, {"f8e5m2", 1}, {"f8e5m2fnuz", 1}, {"f8e8m0", 1},
    {"f4e2m1", 0}, {"c32", 4},   {"c64", 8},      {"c128", 16},      {"qi8", 1},    {"qu8", 1},        {"qi32", 4},
    {"qu4x2", 1},  {"qu2x4", 1}, {"str", 0},
});
static_assert(kDTypes.size() == static_cast<std::size_t>(DType::string) + 1);

constexpr std::array<std::string_view, 3> kFormats{"unknown", "torchscript", "onnx"};
constexpr std::array<std::string_view, 5> kOrigins{"unknown", "scripted", "traced", "mixed", "exported"};
constexpr std::array<std::string_view, 4> kRoles{"plain", "parameter", "buffer", "submodule"};

}  // namespace

std::string_view name_of(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)].name; }
std::size_t byte_size(DType dtype) { return kDTypes[static_cast<std::size_t>(dtype)].bytes; }
std::string_view name_of(Format format) { return kFormats[static_cast<std::size_t>(format)]; }
std::string_view name_of(Function::Origin origin) { return kOrigins[static_cast<std::size_t>(origin)]; }
std::string_view name_of(ModuleAttribute::Role role) { return kRoles[static_cast<std::size_t>(role)]; }

}  // namespace graphwitness
