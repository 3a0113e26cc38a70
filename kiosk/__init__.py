"""What people see: a full-screen app that draws a `RoomState` and never decides."""
