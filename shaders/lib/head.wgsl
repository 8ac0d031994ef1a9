// The start of every kernel's parameters; the recorder fills it in.
struct Head {
    // The word within each binding (1, 2, ...) where its view starts.
    starts: array<vec4<u32>, 2>,
    // Number of workgroups, and how many of them are in the first dimension.
    groups: u32,
    groups_x: u32,
    pad_0: u32,
    pad_1: u32,
}

// Index of a workgroup. Surplus workgroups in the last row get `groups` or more.
fn group_index(head_groups_x: u32, group: vec3<u32>) -> u32 {
    return group.y * head_groups_x + group.x;
}
