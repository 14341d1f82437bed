#include <array>

#include "cli/start/command.h"

namespace graphwitness {
namespace {

constexpr std::array kCommands{
    Command{"inspect", "tell what a model holds: methods, types, modules, operations, weights", "[OPTIONS] MODEL",
            "graphwitness inspect model.pt"},
    Command{"check", "run the rules on models, or on every model in a folder", "[OPTIONS] MODEL...",
            "graphwitness check --fail-on error --source-root src model.pt exported/"},
    Command{"compare", "run models on the same inputs and compare what they return",
            "[OPTIONS] REFERENCE [CANDIDATE...]",
            "graphwitness compare --input 'x=float32[1,3,224,224]' --samples 10 scripted.pt traced.pt"},
    Command{"verify", "a proof that a trace computes what the script computes, or an input on which it does not",
            "[OPTIONS] SCRIPTED [TRACED] [ONNX]",
            "graphwitness verify --example example.pt --witness-dir witness scripted.pt traced.pt"},
    Command{"bench", "how fast models are, side by side on the same inputs", "[OPTIONS] MODEL...",
            "graphwitness bench --input 'x=float32[1,3,224,224]' traced.pt scripted.pt model.onnx"},
    Command{"diff", "say what one graph lost, froze or changed against another", "[OPTIONS] A B",
            "graphwitness diff scripted.pt traced.pt"},
    Command{"render", "draw a model as DOT, SVG, PNG or PDF", "[OPTIONS] MODEL",
            "graphwitness render -T svg --findings -o model.svg model.pt"},
    Command{"rules", "list the rules that `check` runs", "[OPTIONS]", "graphwitness rules"},
    Command{"explain", "print a rule's page: what it finds, why it matters, how to fix it", "RULE",
            "graphwitness explain data-dependent-branch"},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace graphwitness
