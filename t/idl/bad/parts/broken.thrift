struct Broken { 1: i32 }
