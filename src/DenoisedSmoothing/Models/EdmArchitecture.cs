namespace DenoisedSmoothing.Models;

/// <summary>The two U-Nets of Karras et al. 2022.</summary>
public enum EdmArchitecture
{
    /// <summary>SongUNet: DDPM++ and NCSN++ of Song et al. 2021.</summary>
    Song,

    /// <summary>DhariwalUNet: ADM of Dhariwal and Nichol 2021.</summary>
    Dhariwal,
}
