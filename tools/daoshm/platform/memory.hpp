/// A part of the contract with the operating system, beside platform.hpp.
#pragma once

namespace daoshm
{

/// This process will hold keys: no core file of it, and no other process of this user's may look into it, where the
/// system can do so.
void hide_memory();

}
