#pragma once
/// No changes to the file system for this thread and those it starts, by Landlock. Before its second version (kernel
/// 5.19) Landlock refuses some moves only by accident, and truncation by path only from the third (6.2).

namespace graphwitness {

/// False when this kernel has no Landlock, or it is switched off.
bool forbid_file_changes();

}  // namespace graphwitness
