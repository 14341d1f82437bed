#pragma once
/// A scripted and a traced graph of one program, aligned, and what that tells of the scripted graph's decisions.

#include <cstdint>
#include <optional>
#include <string>

#include "analysis/alignment.h"
#include "graphwitness/ir/graph.h"

namespace graphwitness {

/// Which graph of a pair is the recording.
struct PairRoles {
  const Graph* scripted = nullptr;
  const Graph* traced = nullptr;
};
/// Nothing when one format is not TorchScript, or both are scripted or both traced.
std::optional<PairRoles> recording_of(const Graph& first, const Graph& second);
/// Throws InputError when the two are no pair: one format is not TorchScript, or both are scripted or both traced.
PairRoles roles_of(const Graph& first, const Graph& second);

class Pairing {
 public:
  Pairing(const Graph& scripted, const Graph& traced);

  const Graph& scripted() const { return scripted_; }
  const Graph& traced() const { return traced_; }
  const Alignment& alignment() const { return alignment_; }

  /// The trace has this scripted node too: what it computes, or control flow in scripted code that the trace calls.
  bool is_kept(NodeId scripted) const { return !alignment_.on_right(scripted).empty(); }
  /// Which arm of a lost branch the trace holds; nothing when its operations do not tell.
  std::optional<std::uint32_t> kept_arm(NodeId branch) const;
  /// How many turns of a lost loop the trace holds; nothing when its operations do not tell.
  std::optional<std::size_t> kept_turns(NodeId loop) const;

 private:
  struct Computations {
    std::size_t all = 0;
    std::size_t kept = 0;
  };
  Computations computations_in(BlockId block) const;

  const Graph& scripted_;
  const Graph& traced_;
  Alignment alignment_;
};

}  // namespace graphwitness
