#include "frontends/torchscript/worker/pickle.h"

#include <bit>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace graphwitness::torchscript {
namespace {

constexpr std::size_t kMostItems = std::size_t{1} << 24U;

}  // namespace

/// Runs the opcodes.
class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, Archive& archive, const std::string& record)
      : pickle_(pickle), archive_(archive), record_(record), bytes_(archive.read(record)) {}

  void run() {
    while (step(take<std::uint8_t>())) {
    }
    pickle_.root_ = pop();
  }

 private:
  using Kind = Item::Kind;

  [[noreturn]] void fail(const std::string& problem) const {
    archive_.fail("record `" + record_ + "` is damaged: at byte " + std::to_string(at_) + ", " + problem);
  }

  std::string_view take_bytes(std::size_t count) {
    if (count > bytes_.size() - at_) fail("the pickle ends early");
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }

  template <class T>
  T take() {
    T value;
    std::memcpy(&value, take_bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string_view take_line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) fail("the pickle ends early");
    const std::string_view line = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return line;
  }

  std::int64_t take_long(std::size_t count) {
    if (count > 8) fail("an integer of " + std::to_string(count) + " bytes, at most 8 are read");
    const std::string_view digits = take_bytes(count);
    const bool negative = count > 0 && (static_cast<unsigned char>(digits.back()) & 0x80U) != 0;
    std::int64_t value = negative ? -1 : 0;
    std::memcpy(&value, digits.data(), count);
    return value;
  }

  double take_float() {
    std::uint64_t bits = 0;
    for (char byte : take_bytes(8)) bits = bits << 8U | static_cast<unsigned char>(byte);
    return std::bit_cast<double>(bits);
  }

  ItemId make(Item item) {
    if (pickle_.items_.size() >= kMostItems) fail("more than " + std::to_string(kMostItems) + " items");
    pickle_.items_.push_back(item);
    return ItemId{static_cast<std::uint32_t>(pickle_.items_.size() - 1)};
  }
  void push(Item item) { stack_.push_back(make(item)); }
  void push_with(Kind kind, std::vector<ItemId> children) {
    pickle_.children_.push_back(std::move(children));
    push({.kind = kind, .children = static_cast<std::uint32_t>(pickle_.children_.size() - 1)});
  }

  ItemId pop() {
    if (stack_.size() <= bottom()) fail("takes an item from an empty stack");
    const ItemId item = stack_.back();
    stack_.pop_back();
    return item;
  }
  ItemId top() const {
    if (stack_.size() <= bottom()) fail("takes an item from an empty stack");
    return stack_.back();
  }
  std::size_t bottom() const { return marks_.empty() ? 0 : marks_.back(); }

  std::vector<ItemId> pop_to_mark() {
    if (marks_.empty()) fail("looks for a mark that is not there");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<ItemId> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<ItemId> pop_many(std::size_t count) {
    std::vector<ItemId> items(count);
    while (count > 0) items[--count] = pop();
    return items;
  }

  /// Adds to the list or dict (or what stands for one) on top of the stack.
  void extend(std::initializer_list<Kind> kinds, const std::vector<ItemId>& more) {
    const ItemId target = top();
    const Item& item = pickle_[target];
    bool fits = false;
    for (Kind kind : kinds) fits = fits || item.kind == kind;
    if (!fits) fail("adds to something that cannot hold it");
    std::vector<ItemId>& children = pickle_.children_[item.children];
    children.insert(children.end(), more.begin(), more.end());
  }
  void set_items(const std::vector<ItemId>& pairs) {
    if (pairs.size() % 2 != 0) fail("a key without a value");
    if (is_ordered_dict(top())) return extend({Kind::call}, pairs);
    extend({Kind::dict}, pairs);
  }
  bool is_ordered_dict(ItemId id) const {
    return pickle_.is(id, Kind::call) && pickle_.global(pickle_.children(id)[0]) == "collections.OrderedDict";
  }

  void remember(std::uint32_t slot) { memo_[slot] = top(); }
  void recall(std::uint32_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) fail("recalls memo " + std::to_string(slot) + ", which was never stored");
    stack_.push_back(found->second);
  }

  void push_global() {
    const std::string_view module = take_line();
    const std::string_view name = take_line();
    // Both lines with the line break between them, as they stand: no copy is needed.
    const auto count = static_cast<std::size_t>(name.data() + name.size() - module.data());
    push({.kind = Kind::global, .text = {module.data(), count}});
  }

  bool step(std::uint8_t code) {
    switch (code) {
      case 0x80:
        take<std::uint8_t>();
        return true;  // PROTO
      case '.':
        return false;
      case '(':
        marks_.push_back(stack_.size());
        return true;
      case '0':
        pop();
        return true;
      case '1':
        pop_to_mark();
        return true;
      case '2':
        stack_.push_back(top());
        return true;
      case 'N':
        push({});
        return true;
      case 0x88:
        push({.kind = Kind::boolean, .bits = 1});
        return true;
      case 0x89:
        push({.kind = Kind::boolean, .bits = 0});
        return true;
      case 'J':
        push({.kind = Kind::integer, .bits = take<std::int32_t>()});
        return true;
      case 'K':
        push({.kind = Kind::integer, .bits = take<std::uint8_t>()});
        return true;
      case 'M':
        push({.kind = Kind::integer, .bits = take<std::uint16_t>()});
        return true;
      case 0x8a:
        push({.kind = Kind::integer, .bits = take_long(take<std::uint8_t>())});
        return true;
      case 0x8b:
        push({.kind = Kind::integer, .bits = take_long(take<std::uint32_t>())});
        return true;
      case 'G':
        push({.kind = Kind::floating, .bits = std::bit_cast<std::int64_t>(take_float())});
        return true;
      case 'X':
      case 'T':
        push({.kind = Kind::string, .text = take_bytes(take<std::uint32_t>())});
        return true;
      case 'U':
        push({.kind = Kind::string, .text = take_bytes(take<std::uint8_t>())});
        return true;
      case 'c':
        push_global();
        return true;
      case ')':
        push_with(Kind::tuple, {});
        return true;
      case ']':
        push_with(Kind::list, {});
        return true;
      case '}':
        push_with(Kind::dict, {});
        return true;
      case 't':
        push_with(Kind::tuple, pop_to_mark());
        return true;
      case 'l':
        push_with(Kind::list, pop_to_mark());
        return true;
      case 'd':
        push_with(Kind::dict, pop_to_mark());
        return true;
      case 0x85:
        push_with(Kind::tuple, pop_many(1));
        return true;
      case 0x86:
        push_with(Kind::tuple, pop_many(2));
        return true;
      case 0x87:
        push_with(Kind::tuple, pop_many(3));
        return true;
      case 'a': {
        const std::vector<ItemId> item = pop_many(1);
        extend({Kind::list}, item);
        return true;
      }
      case 'e': {
        const std::vector<ItemId> items = pop_to_mark();
        extend({Kind::list}, items);
        return true;
      }
      case 's': {
        const std::vector<ItemId> pair = pop_many(2);
        set_items(pair);
        return true;
      }
      case 'u': {
        const std::vector<ItemId> pairs = pop_to_mark();
        set_items(pairs);
        return true;
      }
      case 'q':
        remember(take<std::uint8_t>());
        return true;
      case 'r':
        remember(take<std::uint32_t>());
        return true;
      case 'h':
        recall(take<std::uint8_t>());
        return true;
      case 'j':
        recall(take<std::uint32_t>());
        return true;
      case 'Q':
        push_with(Kind::persistent, pop_many(1));
        return true;
      case 'R':
        push_with(Kind::call, pop_many(2));
        return true;
      case 0x81:
        push_with(Kind::object, pop_many(2));
        return true;
      case 'b': {
        const std::vector<ItemId> state = pop_many(1);
        extend({Kind::object, Kind::call}, state);
        return true;
      }
      default:
        fail("unknown opcode " + std::to_string(code) + ", expected one that PyTorch writes");
    }
  }

  Pickle& pickle_;
  const Archive& archive_;
  const std::string& record_;
  std::string_view bytes_;
  std::size_t at_ = 0;
  std::vector<ItemId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint32_t, ItemId> memo_;
};

Pickle::Pickle(Archive& archive, const std::string& record) { PickleMachine(*this, archive, record).run(); }

std::span<const ItemId> Pickle::children(ItemId id) const {
  if (!id || items_[id.raw].children == 0xFFFF'FFFF) return {};
  return children_[items_[id.raw].children];
}

std::string Pickle::global(ItemId id) const {
  if (!is(id, Item::Kind::global)) return {};
  std::string name(items_[id.raw].text);
  name[name.find('\n')] = '.';
  return name;
}

ItemId Pickle::find(ItemId dict, std::string_view key) const {
  if (!is(dict, Item::Kind::dict)) return {};
  const std::span<const ItemId> pairs = children(dict);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    if (is(pairs[i], Item::Kind::string) && items_[pairs[i].raw].text == key) return pairs[i + 1];
  }
  return {};
}

}  // namespace graphwitness::torchscript
