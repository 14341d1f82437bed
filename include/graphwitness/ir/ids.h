#pragma once
/// Typed indices into the tables of a Graph. An id means nothing without the Graph that gave it.

#include <compare>
#include <cstdint>

namespace graphwitness {

/// A typed index into one table of one Graph. Four bytes; pass by value.
template <class Tag>
struct Id {
  static constexpr std::uint32_t kNone = 0xFFFF'FFFF;
  /// `kNone` when the id names nothing.
  std::uint32_t raw = kNone;

  constexpr Id() = default;
  constexpr explicit Id(std::uint32_t index) : raw(index) {}
  constexpr explicit operator bool() const { return raw != kNone; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

/// The half-open range of ids [first, last), iterable.
template <class I>
class IdRange {
 public:
  class Iterator {
   public:
    constexpr explicit Iterator(std::uint32_t raw) : raw_(raw) {}
    constexpr I operator*() const { return I{raw_}; }
    constexpr Iterator& operator++() { return ++raw_, *this; }
    friend constexpr bool operator==(Iterator, Iterator) = default;

   private:
    std::uint32_t raw_;
  };

  constexpr explicit IdRange(std::uint32_t count) : count_(count) {}
  constexpr Iterator begin() const { return Iterator{0}; }
  constexpr Iterator end() const { return Iterator{count_}; }
  constexpr std::uint32_t size() const { return count_; }

 private:
  std::uint32_t count_;
};

/// `count` neighbouring entries of the Graph's pool of T.
template <class T>
struct Slice {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

using FunctionId = Id<struct FunctionTag>;
using ModuleId = Id<struct ModuleTag>;
using BlockId = Id<struct BlockTag>;
using NodeId = Id<struct NodeTag>;
using ValueId = Id<struct ValueTag>;
/// Interned: equal ids mean equal types.
using TypeId = Id<struct TypeTag>;
using LiteralId = Id<struct LiteralTag>;
using TensorId = Id<struct TensorTag>;
using LocationId = Id<struct LocationTag>;
/// Interned text: the vocabulary (operators, attribute names, files). Equal ids mean equal text.
using Symbol = Id<struct SymbolTag>;
/// Text appended to the arena, not de-duplicated: names of nodes and values, source text.
using Text = Id<struct TextTag>;

}  // namespace graphwitness
