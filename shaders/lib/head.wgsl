// What every kernel's parameters begin with; the recorder fills it in.
struct Head {
    // The word of each binding (1, 2, ...) that its view begins with.
    starts: array<vec4<u32>, 2>,
    // Number of workgroups, and how many of them lie in the first dimension.
    groups: u32,
    groups_x: u32,
    pad_0: u32,
    pad_1: u32,
}

// The number of a workgroup. Those of the last row that are too many find `groups` or more.
fn group_index(head_groups_x: u32, group: vec3<u32>) -> u32 {
    return group.y * head_groups_x + group.x;
}
