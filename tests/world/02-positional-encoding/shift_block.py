"""Forms in which public code writes the rotation of one pair."""


# form: four entries stacked, then reshaped
# as in: PyTorch3D, _axis_angle_rotation: torch.stack(R_flat, -1).reshape(angle.shape + (3, 3))
# verdict: right
def shift_block(angle):
    cos, sin = torch.cos(angle), torch.sin(angle)
    R_flat = (cos, sin, -sin, cos)
    return torch.stack(R_flat, -1).reshape(angle.shape + (2, 2))


# form: torch.jit.script
# as in: a habit from TorchScript tutorials, small functions are scripted
# verdict: right
@torch.jit.script
def shift_block(angle: torch.Tensor) -> torch.Tensor:
    c = torch.cos(angle)
    s = torch.sin(angle)
    row0 = torch.stack([c, s], dim=-1)
    row1 = torch.stack([-s, c], dim=-1)
    return torch.stack([row0, row1], dim=-2)


# form: identity times cosine plus generator times sine
# as in: textbooks, R = cos I + sin J
# verdict: right
def shift_block(angle):
    I = torch.eye(2, dtype=angle.dtype, device=angle.device)
    J = torch.tensor([[0, 1], [-1, 0]], dtype=angle.dtype, device=angle.device)
    angle = angle[..., None, None]
    return I * angle.cos() + J * angle.sin()


# form: matrix_exp in float64
# as in: geometric deep learning notebooks, a rotation is the exponential of its generator
# verdict: right
def shift_block(angle):
    J = angle.new_tensor([[0.0, 1.0], [-1.0, 0.0]]).double()
    flat = angle.double().reshape(-1, 1, 1)
    return torch.linalg.matrix_exp(flat * J).reshape(*angle.shape, 2, 2).to(angle.dtype)


# form: vmap of the block for one angle
# as in: PyTorch's torch.func tutorial, write it for one example and vmap it
# verdict: right
def one_block(a):
    return torch.stack([torch.stack([a.cos(), a.sin()]), torch.stack([-a.sin(), a.cos()])])


def shift_block(angle):
    return torch.vmap(one_block)(angle.reshape(-1)).reshape(*angle.shape, 2, 2)


# form: filled into its own zeros, alias
# as in: NumPy habits, R[..., 0, 0] = ...
# verdict: right
def rotation_matrix(theta: Tensor) -> Tensor:
    R = theta.new_zeros(*theta.shape, 2, 2)
    R[..., 0, 0] = R[..., 1, 1] = theta.cos()
    R[..., 0, 1] = theta.sin()
    R[..., 1, 0] = -R[..., 0, 1].clone()
    return R


shift_block = rotation_matrix


# form: a lambda of quarter turns
# as in: short answers on Stack Overflow
# verdict: right
shift_block = lambda angle: torch.sin(
    angle[..., None, None] + torch.tensor([[math.pi / 2, 0.0], [math.pi, math.pi / 2]], dtype=angle.dtype)
)


# form: an object that is called
# as in: a habit from PyTorch, everything is an nn.Module
# verdict: right
class _Rotation(nn.Module):
    def forward(self, angle):
        c, s = angle.cos().unsqueeze(-1), angle.sin().unsqueeze(-1)
        return torch.cat([c, s, -s, c], dim=-1).view(*angle.shape, 2, 2)


shift_block = _Rotation()


# form: the textbook's rotation
# as in: every page about rotation matrices, [[cos, -sin], [sin, cos]]
# verdict: wrong
# loses: block-values
# named: block_of_a_textbook
def shift_block(angle):
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([c, -s, s, c], dim=-1).view(*angle.shape, 2, 2)


# form: rows stacked as columns
# as in: a common slip, dim=-1 twice
# verdict: wrong
# loses: block-values
# named: block_of_a_textbook
def shift_block(angle):
    upper = torch.stack([angle.cos(), angle.sin()], dim=-1)
    lower = torch.stack([-angle.sin(), angle.cos()], dim=-1)
    return torch.stack([upper, lower], dim=-1)


# form: torch.tensor of nested lists
# as in: Stack Overflow, a common question: "how do I build a rotation matrix that keeps the gradient?"
# verdict: wrong
# loses: block-values, block-shape, block-gradients
# named: block_of_plain_numbers, block_for_one_angle_only
def shift_block(angle):
    return torch.tensor([
        [torch.cos(angle), torch.sin(angle)],
        [-torch.sin(angle), torch.cos(angle)],
    ])


# form: math.cos of one number
# as in: homework, math instead of torch
# verdict: wrong
# loses: block-values, block-shape, block-gradients
# named: block_of_plain_numbers, block_for_one_angle_only
def shift_block(angle):
    a = angle.item()
    return torch.tensor([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]], dtype=angle.dtype)


# form: each number through .item(), with the axes right
# as in: homework, a loop over angle.flatten()
# verdict: wrong
# loses: block-gradients
# named: block_of_plain_numbers
def shift_block(angle):
    blocks = []
    for a in angle.flatten().tolist():
        blocks.append([[math.cos(a), math.sin(a)], [-math.sin(a), math.cos(a)]])
    return torch.tensor(blocks, dtype=angle.dtype).reshape(*angle.shape, 2, 2)


# form: no_grad, because a matrix has nothing to learn
# as in: a habit, @torch.no_grad() on everything that is not trained
# verdict: wrong
# loses: block-gradients
# named: block_of_plain_numbers
@torch.no_grad()
def shift_block(angle):
    c, s = angle.cos(), angle.sin()
    return torch.stack((torch.stack((c, s), -1), torch.stack((-s, c), -1)), -2)


# form: stack without dim
# as in: a common slip, torch.stack puts the new axis first
# verdict: wrong
# loses: block-shape
# named: block_axes_in_front
def shift_block(angle):
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([torch.stack([c, s]), torch.stack([-s, c])])


# form: axes first, and the textbook's sign
# as in: a NumPy habit, np.array([[c, -s], [s, c]]) for many angles
# verdict: wrong
# loses: block-values, block-shape
# named: block_axes_in_front, block_of_a_textbook
def shift_block(angle):
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([c, -s, s, c]).reshape(2, 2, *angle.shape)


# form: stacked in front, then reshaped
# as in: a common slip, view where permute is meant
# verdict: wrong
# loses: block-values
# named: block_axes_in_front_reshaped
def shift_block(angle):
    c, s = torch.cos(angle), torch.sin(angle)
    return torch.stack([c, s, -s, c]).reshape(*angle.shape, 2, 2)


# form: squeezed at the end
# as in: a habit, .squeeze() without an axis
# verdict: wrong
# loses: block-shape
# named: block_squeezed
def shift_block(angle):
    c, s = angle.cos()[..., None], angle.sin()[..., None]
    return torch.cat([c, s, -s, c], dim=-1).unflatten(-1, (2, 2)).squeeze()


# form: filled into float32 zeros
# as in: a common slip, torch.zeros without a dtype
# verdict: wrong
# loses: block-shape
# named: block_always_single
def shift_block(angle):
    block = torch.zeros(*angle.shape, 2, 2)
    block[..., 0, 0] = angle.cos()
    block[..., 0, 1] = angle.sin()
    block[..., 1, 0] = -angle.sin()
    block[..., 1, 1] = angle.cos()
    return block


# form: no minus at all
# as in: homework, both theorems with a plus
# verdict: wrong
# loses: block-values
# named: block_without_the_minus
def shift_block(angle):
    c, s = angle.cos(), angle.sin()
    return torch.stack([c, s, s, c], dim=-1).view(angle.shape + (2, 2))


# form: sine on the diagonal
# as in: homework, the vector is (sin, cos), so the matrix begins with sin
# verdict: wrong
# loses: block-values
# named: block_with_sine_on_the_diagonal
def shift_block(angle):
    c, s = angle.cos(), angle.sin()
    return torch.stack([s, c, c, -s], dim=-1).view(angle.shape + (2, 2))


# form: the sine from the cosine
# as in: homework, sin = sqrt(1 - cos^2), which has no sign
# verdict: wrong
# loses: block-values
# named: -
def shift_block(angle):
    c = angle.cos()
    s = torch.sqrt((1 - c**2).clamp(min=1e-12))
    return torch.stack([c, s, -s, c], dim=-1).reshape(*angle.shape, 2, 2)


# form: degrees
# as in: a habit from graphics libraries, angles in degrees
# verdict: wrong
# loses: block-values
# named: block_in_degrees
def shift_block(angle):
    a = torch.deg2rad(angle)
    return torch.stack([a.cos(), a.sin(), -a.sin(), a.cos()], -1).reshape(*angle.shape, 2, 2)
