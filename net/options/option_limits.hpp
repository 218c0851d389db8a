#pragma once

#include "atrium/net/options/option_rows.hpp"

/// Rows of options that say how much of everything. For option_list.cpp only.
namespace atrium::option_rows {

rows queue_rows();    ///< What may wait.
rows count_rows();    ///< How many there may be.
rows rate_rows();     ///< How often.
rows bus_rows();      ///< What waits for the bus.
rows history_rows();  ///< What rooms keep.
rows presence_rows(); ///< Who is in them.
rows inbox_rows();    ///< What is kept for users.
rows event_rows();    ///< What a back end hears.

} // namespace atrium::option_rows
